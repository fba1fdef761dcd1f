from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.enums import Role
from accounts.models import User, validate_time_zone
from common.api.fields import LineField, MomentField
from common.api.serializers import StrictSerializer


class SignInSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text=_("The second factor, where one is set up."),
    )


class RefreshSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=2000)


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text=_("For the Authorization header; lasts fifteen minutes."))
    refresh = serializers.CharField(help_text=_("For new tokens; works once."))


class RecoverySerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)


class NewPasswordSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    code = serializers.CharField(max_length=20, help_text=_("From the mail; works once, for ten minutes."))
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class NewAccountSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    full_name = LineField(max_length=150)
    phone = LineField(max_length=40, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class AccountChangesSerializer(StrictSerializer):
    full_name = LineField(max_length=150, required=False)
    phone = LineField(max_length=40, required=False, allow_blank=True)
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

    class Meta:
        model = User
        fields = ["id", "email", "full_name", "phone", "language", "time_zone", "date_joined", "memberships"]
        read_only_fields = fields
