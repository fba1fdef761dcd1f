from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accountability.actions.points import LONGEST_REASON
from accountability.actions.remedy import LONGEST_NOTE
from accountability.enums import AppealState, BoardKind, Cause
from accountability.models import PointsRule
from common.api.fields import MomentField, TextField
from common.api.serializers import StrictSerializer
from departments.api.serializers import DepartmentBriefSerializer
from tickets.api.shapes import PersonSerializer, ReferredSerializer
from tickets.enums import Promise


class BreachAgentSerializer(serializers.Serializer[Any]):
    agent = serializers.UUIDField(allow_null=True, help_text=_("Empty for the time in which nobody had it."))
    seconds = serializers.IntegerField(help_text=_("Working time."))


class BreachPartSerializer(serializers.Serializer[Any]):
    department = serializers.UUIDField()
    name = serializers.CharField()
    seconds = serializers.IntegerField(help_text=_("Working time of the promise."))
    share = serializers.IntegerField(default=0, help_text=_("In percent."))
    over_target = serializers.BooleanField(
        default=False, help_text=_("Whether the department had it for longer than its own target.")
    )
    agents = BreachAgentSerializer(many=True, default=list)


class BreachSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ticket = ReferredSerializer()
    promise = serializers.ChoiceField(choices=Promise.choices)
    department = DepartmentBriefSerializer(help_text=_("Who used up most of the time."))
    assignee = PersonSerializer(allow_null=True)
    breached_at = MomentField(help_text=_("When it was due."))
    cause = serializers.ChoiceField(choices=Cause.choices)
    custody_split = BreachPartSerializer(many=True)
    remedy_note = serializers.CharField()
    remedied_by = PersonSerializer(allow_null=True)
    remedied_at = MomentField(allow_null=True)
    created_at = MomentField()


class RemedySerializer(StrictSerializer):
    note = TextField(max_length=LONGEST_NOTE, help_text=_("What the department does about it."))


class PointsRuleBriefSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.SerializerMethodField()
    monthly_cap = serializers.IntegerField(
        allow_null=True,
        help_text=_("The most that this version gives a person in a month; empty for no limit."),
    )

    def get_title(self, rule: PointsRule) -> str:
        return gettext(rule.title)


class PointsEntrySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    department = DepartmentBriefSerializer()
    person = PersonSerializer(allow_null=True, help_text=_("Empty for the points of the department itself."))
    points = serializers.IntegerField()
    rule = PointsRuleBriefSerializer()
    ticket = ReferredSerializer(source="event.ticket")
    occurred_at = MomentField(help_text=_("When it was earned; this month counts it."))
    created_at = MomentField()
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    is_reversed = serializers.BooleanField()
    reason = serializers.CharField(help_text=_("Of a reversal."))


class BoardQuerySerializer(StrictSerializer):
    month = serializers.CharField(
        required=False, max_length=7, help_text="Like `2026-11`; without it the present month."
    )
    kind = serializers.ChoiceField(choices=BoardKind.choices, default=BoardKind.DEPARTMENTS)
    department = serializers.CharField(
        required=False, max_length=100, help_text=_("Id or code; people are compared within one.")
    )
    organisation = serializers.CharField(required=False, max_length=60)


class StandingSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(allow_null=True, help_text=_("None where the sample is too small."))
    id = serializers.UUIDField(source="standing.key")
    name = serializers.CharField(source="standing.name")
    points = serializers.IntegerField(source="standing.points")
    rewards = serializers.IntegerField(source="standing.rewards")
    penalties = serializers.IntegerField(source="standing.penalties")
    sample = serializers.IntegerField(source="standing.sample", help_text=_("How many events gave points."))
    resolved_in_time = serializers.IntegerField(
        source="standing.in_time", help_text=_("Tickets resolved in the month whose fix still stands.")
    )
    resolved_late = serializers.IntegerField(source="standing.late")


class BoardSerializer(serializers.Serializer[Any]):
    organisation = serializers.CharField(source="organisation.slug")
    month = serializers.CharField()
    kind = serializers.ChoiceField(choices=BoardKind.choices)
    department = DepartmentBriefSerializer(allow_null=True)
    is_kept = serializers.BooleanField(
        source="organisation.accountability_enabled", help_text=_("False where no account is kept.")
    )
    minimum_sample = serializers.IntegerField(help_text=_("Fewer events have no place on the board."))
    standings = StandingSerializer(many=True, source="lines")


class AppealSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    entry = serializers.UUIDField(source="entry_id")
    ticket = ReferredSerializer(source="entry.event.ticket")
    department = DepartmentBriefSerializer(source="entry.department")
    rule = PointsRuleBriefSerializer(source="entry.rule")
    points = serializers.IntegerField(source="entry.points")
    person = PersonSerializer()
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=AppealState.choices)
    decision_note = serializers.CharField()
    decided_by = PersonSerializer(allow_null=True)
    decided_at = MomentField(allow_null=True)
    reversal = serializers.UUIDField(source="reversal_id", allow_null=True)
    created_at = MomentField()


class NewAppealSerializer(StrictSerializer):
    entry = serializers.UUIDField(help_text=_("A penalty of your own, in the ledger."))
    reason = TextField(max_length=LONGEST_REASON)


class AppealDecisionSerializer(StrictSerializer):
    decision = serializers.ChoiceField(choices=[("grant", _("grant")), ("refuse", _("refuse"))])
    reason = TextField(max_length=LONGEST_REASON)
