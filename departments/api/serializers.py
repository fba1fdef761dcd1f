from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.fields import WordField
from departments.enums import Priority
from departments.models import Category, Department, Stage, Ward

# How OpenAPI calls what several fields speak: settings.SPECTACULAR_SETTINGS names it.
PRIORITY_WORDS = [(priority.word, priority.label) for priority in Priority]


class DepartmentBriefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    class Meta:
        model = Department
        fields = ["id", "code", "name", "description", "is_active"]


class CategorySerializer(serializers.ModelSerializer[Category]):
    department = DepartmentBriefSerializer()
    default_priority = WordField(Priority)

    class Meta:
        model = Category
        fields = [
            "id",
            "code",
            "name",
            "description",
            "keywords",
            "department",
            "default_priority",
            "is_public_space",
            "raise_at_supporters",
            "may_raise_to_urgent",
            "is_active",
        ]


class StageSerializer(serializers.ModelSerializer[Stage]):
    department = DepartmentBriefSerializer()

    class Meta:
        model = Stage
        fields = ["id", "name", "position", "department"]


class WardSerializer(serializers.ModelSerializer[Ward]):
    region = serializers.CharField(source="region.name", default=None, allow_null=True)

    class Meta:
        model = Ward
        fields = ["id", "number", "name", "region", "population", "latitude", "longitude", "is_approximate"]


class WardWithShapeSerializer(WardSerializer):
    shape = serializers.JSONField(allow_null=True, help_text="A GeoJSON geometry, longitude first.")

    class Meta(WardSerializer.Meta):
        fields = [*WardSerializer.Meta.fields, "shape", "source"]
