from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.contacts import Contact, ContactKind
from accounts.enums import Role
from accounts.models import User, validate_time_zone
from common.api.fields import LineField, MomentField
from common.api.serializers import StrictSerializer


class ContactSerializer(StrictSerializer):
    """An address or a number, one of the two."""

    email = serializers.EmailField(max_length=254, required=False)
    phone = LineField(
        max_length=40, required=False, help_text=_("In any form: 082 123 4567, +27 82 123 4567.")
    )


class SignInSerializer(ContactSerializer):
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = LineField(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text=_("The second factor, where one is set up."),
    )


class RefreshSerializer(StrictSerializer):
    refresh = LineField(max_length=2000)


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text=_("For the Authorization header; lasts fifteen minutes."))
    refresh = serializers.CharField(help_text=_("For new tokens; works once."))


class SentCodeSerializer(StrictSerializer):
    code = LineField(max_length=20, help_text=_("From the message; works once, for ten minutes."))


class ConfirmationSerializer(ContactSerializer, SentCodeSerializer):
    """A code, and where it was sent."""


class NewPasswordSerializer(ConfirmationSerializer):
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class NewAccountSerializer(ContactSerializer):
    """With both, each gets a code, and each is confirmed by its own."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    full_name = LineField(max_length=150)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class SentSerializer(serializers.Serializer[Any]):
    channel = serializers.SerializerMethodField()
    to = serializers.CharField(source="value")

    @extend_schema_field({"type": "string", "enum": ["email", "sms"]})
    def get_channel(self, contact: Contact) -> str:
        return "email" if contact.kind == ContactKind.EMAIL else "sms"


class SignUpSerializer(serializers.Serializer[Any]):
    sent = SentSerializer(many=True)


class AccountChangesSerializer(StrictSerializer):
    full_name = LineField(max_length=150, required=False)
    phone = LineField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text=_("Counts once the code that is sent there is confirmed; empty removes the present one."),
    )
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = serializers.CharField(max_length=60, required=False, validators=[validate_time_zone])


class DeletionSerializer(StrictSerializer):
    password = serializers.CharField(max_length=254, trim_whitespace=False)


class OrganisationSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class MembershipSerializer(serializers.Serializer[Any]):
    organisation = OrganisationSerializer()
    role = serializers.ChoiceField(choices=Role.choices)


class AccountSerializer(serializers.ModelSerializer[User]):
    date_joined = MomentField()
    memberships = MembershipSerializer(many=True, source="active_memberships", read_only=True)
    phone_to_confirm = serializers.CharField(
        allow_null=True, read_only=True, help_text=_("The number for which a code is under way.")
    )

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "full_name",
            "phone",
            "phone_is_confirmed",
            "phone_to_confirm",
            "language",
            "time_zone",
            "date_joined",
            "memberships",
        ]
        read_only_fields = fields
