from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.fields import MomentField
from common.api.serializers import StrictSerializer


class MonthQuerySerializer(StrictSerializer):
    month = serializers.CharField(
        required=False, max_length=7, help_text="Like `2026-11`; without it the present month."
    )
    organisation = serializers.CharField(required=False, max_length=60)


class FiguresSerializer(serializers.Serializer[Any]):
    logged = serializers.IntegerField()
    closed = serializers.IntegerField()
    verified = serializers.IntegerField(help_text="Closed with the proof that the fix is real.")
    unverified = serializers.IntegerField(help_text="Closed because nobody answered whether it is fixed.")
    verified_share = serializers.FloatField(allow_null=True, help_text="verified / (verified + unverified)")
    overdue = serializers.IntegerField(help_text="Now, not in the month.")
    expired = serializers.IntegerField(help_text="Promises that ran out in the month.")
    without_remedy = serializers.IntegerField(help_text="Of these, without a remedy from the department.")
    median_hours = serializers.FloatField(allow_null=True, help_text="From report to resolution.")
    reopened = serializers.IntegerField()
    supports = serializers.IntegerField()
    witnessed = serializers.IntegerField(help_text="Of verified: by a code read out to who did the work.")
    ratings = serializers.IntegerField(help_text="How many fixes were rated in the month.")
    rating_average = serializers.FloatField(allow_null=True, help_text="One to five, over these.")


class DepartmentFiguresSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="key", allow_null=True)
    name = serializers.CharField()
    figures = FiguresSerializer()


class CategoryFiguresSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    department = serializers.CharField()
    logged = serializers.IntegerField()
    closed = serializers.IntegerField()
    verified = serializers.IntegerField()
    supports = serializers.IntegerField()


class MonthlyReportSerializer(serializers.Serializer[Any]):
    organisation = serializers.CharField()
    month = serializers.CharField()
    made_at = MomentField()
    total = FiguresSerializer()
    departments = DepartmentFiguresSerializer(many=True)
    categories = CategoryFiguresSerializer(many=True, help_text="The ten that were logged most.")
