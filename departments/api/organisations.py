"""Organisations sign up, look after themselves, and let their admins in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.organisations import update_organisation
from accounts.api.authentication import WITH_SECRET
from accounts.enums import Accent
from accounts.models import Organisation, validate_time_zone
from accounts.queries import own_organisation
from common.api.fields import LineField, MomentField
from common.api.schema import ORGANISATION
from common.api.serializers import StrictSerializer, read_body
from common.api.views import Endpoint
from common.throttling import SignUpThrottle
from departments.actions.organisations import found_organisation, sign_up_admin

_TAG = "organisations"
_NEW_ADMIN = {
    "first_name": "Thandi",
    "last_name": "Mokoena",
    "email": "thandi@example.org",
    "password": "purple-rain-in-october",
    "secret": "PREFIX.SECRET",
}


class NewOrganisationSerializer(StrictSerializer):
    name = LineField(min_length=2, max_length=120)
    domain = LineField(max_length=253, required=False, allow_blank=True)


class OrganisationChangesSerializer(StrictSerializer):
    name = LineField(min_length=2, max_length=120, required=False)
    domain = LineField(max_length=253, required=False, allow_blank=True)
    accent = serializers.ChoiceField(choices=Accent.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = serializers.CharField(max_length=60, required=False, validators=[validate_time_zone])
    contact_phone = LineField(max_length=40, required=False, allow_blank=True)
    auto_close_days = serializers.IntegerField(
        min_value=1, max_value=365, required=False, help_text=gettext_lazy("Days to answer a question.")
    )
    confirms_reporters = serializers.BooleanField(
        required=False,
        help_text=gettext_lazy("Whoever reports without an account types a code that is sent to them."),
    )
    moderates_photos = serializers.BooleanField(
        required=False,
        help_text=gettext_lazy("Photos of residents are public when staff have published them."),
    )
    verification_required = serializers.BooleanField(
        required=False, help_text=gettext_lazy("A fix is proved with a code; else resolving ends a ticket.")
    )
    verification_days = serializers.IntegerField(
        min_value=1, max_value=90, required=False, help_text=gettext_lazy("Days to confirm a fix.")
    )
    verification_reminder_days = serializers.IntegerField(
        min_value=0,
        max_value=90,
        required=False,
        help_text=gettext_lazy("Days until the reporter is asked again; 0 for never."),
    )
    raise_at_supporters = serializers.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("So many supporters raise the priority, once; 0 for no number of them."),
    )
    accountability_enabled = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Missed promises and points are kept.")
    )
    second_factor_required = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Nobody works here without one; whoever asks it has one.")
    )


class OwnOrganisationSerializer(serializers.ModelSerializer[Organisation]):
    created_at = MomentField()

    class Meta:
        model = Organisation
        fields = [
            "id",
            "slug",
            "name",
            "kind",
            "domain",
            "reference_prefix",
            "accent",
            "contact_phone",
            "language",
            "time_zone",
            "auto_close_days",
            "confirms_reporters",
            "moderates_photos",
            "verification_required",
            "verification_days",
            "verification_reminder_days",
            "raise_at_supporters",
            "accountability_enabled",
            "second_factor_required",
            "public_reports",
            "created_at",
        ]
        read_only_fields = fields


class FoundedOrganisationSerializer(OwnOrganisationSerializer):
    secret = serializers.CharField(help_text="The organisation's key, shown this once.")

    class Meta(OwnOrganisationSerializer.Meta):
        fields = [*OwnOrganisationSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class OrganisationEndpoint(Endpoint):
    public_actions = frozenset({"create"})

    def get_throttles(self) -> list[Any]:
        return [SignUpThrottle()] if self.action == "create" else super().get_throttles()

    @extend_schema(
        operation_id="organisations_create",
        summary="Sign an organisation up",
        request=NewOrganisationSerializer,
        responses={201: FoundedOrganisationSerializer},
        tags=[_TAG],
        examples=[
            OpenApiExample("A company", {"name": "Acme Shops", "domain": "acme.example"}, request_only=True)
        ],
    )
    def create(self, request: Request) -> Response:
        """It works at once: a department, around-the-clock hours, and the secret, shown this once."""
        given = read_body(NewOrganisationSerializer, request)
        issued = found_organisation(**given, acting_user=request.user)
        shown = {**OwnOrganisationSerializer(issued.key.organisation).data, "secret": issued.secret}
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(
        operation_id="organisations_own",
        summary="Your organisation",
        parameters=[ORGANISATION],
        responses=OwnOrganisationSerializer,
        tags=[_TAG],
    )
    def show(self, request: Request) -> Response:
        """The organisation that you work in, or whose key you come with."""
        organisation = own_organisation(request.user, slug=self.organisation_slug(request))
        return Response(OwnOrganisationSerializer(organisation).data)

    @extend_schema(
        operation_id="organisations_update",
        summary="Change your organisation's settings",
        parameters=[ORGANISATION],
        request=OrganisationChangesSerializer,
        responses=OwnOrganisationSerializer,
        tags=[_TAG],
        examples=[OpenApiExample("Patience", {"auto_close_days": 14}, request_only=True)],
    )
    def update(self, request: Request) -> Response:
        """For organisation admins; what is not sent stays as it is."""
        organisation = own_organisation(request.user, slug=self.organisation_slug(request))
        changes = read_body(OrganisationChangesSerializer, request)
        changed = update_organisation(organisation, acting_user=request.user, **changes)
        return Response(OwnOrganisationSerializer(changed).data)


class NewAdminSerializer(StrictSerializer):
    synonyms = {"firstName": "first_name", "lastName": "last_name"}

    first_name = LineField(max_length=70)
    last_name = LineField(max_length=70)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    secret = serializers.CharField(
        max_length=200,
        required=False,
        write_only=True,
        help_text=gettext_lazy("The organisation's secret, unless a key is in the Authorization header."),
    )


class AdminSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    organisation = serializers.SlugField(help_text=gettext_lazy("Slug."))


class AdminsEndpoint(Endpoint):
    authentication_classes = WITH_SECRET

    def get_throttles(self) -> list[Any]:
        return [SignUpThrottle(), *super().get_throttles()]

    @extend_schema(
        operation_id="admins_create",
        summary="Sign an admin up with the secret",
        parameters=[ORGANISATION],
        request=NewAdminSerializer,
        responses={201: AdminSerializer},
        tags=[_TAG],
        examples=[OpenApiExample("With the secret", _NEW_ADMIN, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """An organisation admin, who gets tokens and tickets at once. A new account, always."""
        given = read_body(NewAdminSerializer, request)
        given.pop("secret", None)
        organisation = own_organisation(request.user, slug=self.organisation_slug(request))
        person = sign_up_admin(organisation, **given, acting_user=request.user)
        shown = {
            "id": person.pk,
            "email": person.email,
            "full_name": person.full_name,
            "organisation": organisation.slug,
        }
        return Response(shown, status=status.HTTP_201_CREATED)
