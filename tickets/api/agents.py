"""Agents in bodies, query strings and answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import django_filters
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.enums import MembershipState, Role
from accounts.models import Membership, Organisation
from accounts.querysets import MembershipQuerySet
from accounts.roles import STAFF_ROLE_CHOICES
from common.api.fields import LineField, MomentField
from common.api.filters import ListFilter, YesNoFilter
from common.api.serializers import StrictSerializer
from common.identifiers import as_uuid
from departments.actions.desks import MOST_CAPACITY, Desk
from departments.api.serializers import DepartmentBriefSerializer
from departments.models import DepartmentMember
from departments.queries import all_desks_of, find_categories, find_department, find_regions
from tickets.api.views.base import found

_MOST_DESKS = 50
_MOST_SKILLS = 200
_SHORTEST_NAME = 3
Row = TypeVar("Row")


# What is sent


class RegionKeyField(LineField):
    """An id, or the number of the region as text or number."""

    def to_internal_value(self, data: Any) -> str:
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)


class DeskChangesSerializer(StrictSerializer):
    department = LineField(max_length=100, help_text=gettext_lazy("Id or code."))
    capacity = serializers.IntegerField(
        min_value=1, max_value=MOST_CAPACITY, required=False, help_text=gettext_lazy("Tickets at a time.")
    )
    skills = serializers.ListField(
        child=LineField(max_length=100),
        max_length=_MOST_SKILLS,
        required=False,
        help_text=gettext_lazy("Ids or codes of categories; none means every one."),
    )
    regions = serializers.ListField(
        child=RegionKeyField(max_length=100),
        max_length=_MOST_SKILLS,
        required=False,
        help_text=gettext_lazy("Ids or numbers of regions; none means everywhere."),
    )
    is_active = serializers.BooleanField(
        required=False, help_text=gettext_lazy("False: works in this department no more.")
    )


class DesksField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(child=DeskChangesSerializer(), max_length=_MOST_DESKS, **options)


class _NamedSerializer(StrictSerializer):
    """A name in one piece or in two."""

    synonyms = {"firstName": "first_name", "lastName": "last_name", "full_name": "name"}

    name = LineField(min_length=_SHORTEST_NAME, max_length=150, required=False)
    first_name = LineField(max_length=70, required=False)
    last_name = LineField(max_length=70, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        parts = [attrs.pop(part) for part in ("first_name", "last_name") if part in attrs]
        if parts and ("name" in attrs or len(parts) < 2):
            raise serializers.ValidationError({"name": [_("Give either name, or first_name and last_name.")]})
        return attrs | {"name": " ".join(parts)} if parts else attrs


class NewAgentSerializer(_NamedSerializer):
    email = serializers.EmailField(max_length=254)
    phone = LineField(max_length=40, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    role = serializers.ChoiceField(choices=STAFF_ROLE_CHOICES, required=False)
    departments = DesksField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = super().validate(attrs)
        if "name" not in named:
            raise serializers.ValidationError({"name": [_("This field is required.")]})
        return named


class AgentChangesSerializer(_NamedSerializer):
    role = serializers.ChoiceField(choices=STAFF_ROLE_CHOICES, required=False)
    is_active = serializers.BooleanField(
        required=False, help_text=gettext_lazy("False lets somebody go, true has them back.")
    )
    departments = DesksField(
        required=False, help_text=gettext_lazy("Desks to add or to change; those that are not named stay.")
    )


def desks_named(organisation: Organisation, given: Sequence[dict[str, Any]]) -> list[Desk]:
    """The desks of a body with their rows. Raises UnknownName with the field."""
    return [_desk_named(organisation, desk, f"departments.{place}") for place, desk in enumerate(given)]


def _desk_named(organisation: Organisation, given: dict[str, Any], field: str) -> Desk:
    def rows(name: str, find: Callable[[uuid.UUID, Sequence[str]], list[Row] | None]) -> list[Row] | None:
        return found(find(organisation.pk, given[name]), f"{field}.{name}") if name in given else None

    return Desk(
        department=found(find_department(organisation.pk, given["department"]), f"{field}.department"),
        capacity=given.get("capacity"),
        skills=rows("skills", find_categories),
        regions=rows("regions", find_regions),
        is_active=given.get("is_active"),
    )


# What is shown


class SkillSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class RegionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    name = serializers.CharField()


class DeskSerializer(serializers.Serializer[Any]):
    department = DepartmentBriefSerializer()
    capacity = serializers.IntegerField()
    open_tickets = serializers.IntegerField()
    is_available = serializers.BooleanField()
    skills = SkillSerializer(many=True, help_text=gettext_lazy("None means every category."))
    regions = RegionSerializer(many=True, help_text=gettext_lazy("None means everywhere."))


class InvitationSerializer(serializers.Serializer[Any]):
    sent_at = MomentField()
    expires_at = MomentField()


class AgentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="user.pk")
    full_name = serializers.CharField(source="user.full_name")
    email = serializers.EmailField(source="address", allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    state = serializers.ChoiceField(choices=MembershipState.choices)
    is_active = serializers.SerializerMethodField()
    invitation = InvitationSerializer(
        source="open_invitation", allow_null=True, help_text=gettext_lazy("Until they have joined.")
    )
    departments = DeskSerializer(many=True, source="desks")

    def get_is_active(self, member: Membership) -> bool:
        return member.state == MembershipState.ACTIVE


def shown(organisation: Organisation, members: Sequence[Membership]) -> Any:
    """Agents with their desks: three queries more, however many there are."""
    desks: dict[uuid.UUID, list[DepartmentMember]] = {member.user_id: [] for member in members}
    for desk in all_desks_of(organisation.pk, desks):
        desks[desk.user_id].append(desk)
    for member in members:
        member.desks = desks[member.user_id]  # type: ignore[attr-defined]
    return AgentSerializer(members, many=True).data


# What is asked


class AgentFilters(django_filters.FilterSet):
    role = ListFilter("role", read=Role)
    state = ListFilter(
        method="by_state",
        read=MembershipState,
        label=gettext_lazy("active, invited or inactive; the last for admins. Without it: the first two."),
    )
    department = django_filters.CharFilter(
        method="by_department", max_length=100, label=gettext_lazy("Id or code of a department.")
    )
    is_available = YesNoFilter(method="by_availability", label=gettext_lazy("Takes tickets now."))
    q = django_filters.CharFilter(
        method="by_words", max_length=200, label=gettext_lazy("Part of a name, or an e-mail address.")
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_state(
        self, members: MembershipQuerySet, name: str, value: list[MembershipState]
    ) -> MembershipQuerySet:
        return members.in_states(value)

    def by_department(self, members: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        key = as_uuid(value)
        named = {"department_id": key} if key else {"department__code__iexact": value}
        return members.filter(Exists(_desks().not_ended().filter(**named)))

    def by_availability(self, members: MembershipQuerySet, name: str, value: bool) -> MembershipQuerySet:
        available = Exists(_desks().active().filter(is_available=True).on_duty(timezone.now()))
        return members.filter(available if value else ~available)

    def by_words(self, members: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        return members.matching(value)


def _desks() -> Any:
    """Where a member works in the same organisation."""
    same = {"user_id": OuterRef("user_id"), "department__organisation_id": OuterRef("organisation_id")}
    return DepartmentMember.objects.filter(**same)
