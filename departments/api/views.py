"""What an organisation is made of, for reading."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from accounts.queries import choose_organisation
from common.api.schema import ORGANISATION
from common.api.views import Endpoint
from common.errors import NotFound
from common.pagination import Key
from departments.api.filters import CategoryFilters, DepartmentFilters, StageFilters, WardFilters
from departments.api.serializers import (
    CategorySerializer,
    DepartmentSerializer,
    StageSerializer,
    WardSerializer,
    WardWithShapeSerializer,
)
from departments.models import Category, Department, Stage, Ward
from departments.queries import categories_of, departments_in, stages_of, wards_of


class ConfigurationEndpoint(Endpoint):
    """Lists and details of rows that residents of a public organisation may choose from."""

    public_actions = frozenset({"list", "retrieve"})
    detail_serializer_class: ClassVar[type[serializers.Serializer[Any]] | None] = None

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        request = self.request
        slug = self.organisation_slug(request)
        return self.rows_of(choose_organisation(request.user, slug=slug, host=request.get_host()))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        row = self.get_queryset().in_bulk([key]).get(key)
        if row is None:
            raise NotFound
        serializer_class = self.detail_serializer_class or self.get_serializer_class()
        return Response(serializer_class(row).data)


def described(one: str, many: str, serializer: Any, detail: Any = None, retrieve: str = "retrieve") -> Any:
    return extend_schema_view(
        list=extend_schema(
            operation_id=f"{many}_list",
            summary=f"List {many}",
            parameters=[ORGANISATION],
            responses=serializer(many=True),
            tags=[many],
        ),
        retrieve=extend_schema(
            operation_id=f"{many}_{retrieve}",
            summary=f"One {one}",
            parameters=[ORGANISATION],
            responses=detail or serializer,
            tags=[many],
        ),
    )


@described("department", "departments", DepartmentSerializer)
class DepartmentEndpoint(ConfigurationEndpoint):
    """Parts of the organisation that own work."""

    queryset = QuerySet(Department)
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilters
    orderings = {"name": Key("name")}
    default_ordering = "name"

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        return departments_in(organisation.pk)


@described("category", "categories", CategorySerializer)
class CategoryEndpoint(ConfigurationEndpoint):
    """Kinds of problem, each handled by a department."""

    queryset = QuerySet(Category)
    serializer_class = CategorySerializer
    filterset_class = CategoryFilters
    orderings = {"name": Key("name")}
    default_ordering = "name"

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        return categories_of(organisation.pk)


@described("stage", "stages", StageSerializer)
class StageEndpoint(ConfigurationEndpoint):
    """Named steps of a department's work; promote moves a ticket to the next."""

    queryset = QuerySet(Stage)
    serializer_class = StageSerializer
    filterset_class = StageFilters
    orderings = {"position": Key("position"), "name": Key("name")}
    default_ordering = "position"

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        return stages_of(organisation.pk)


@described("ward", "wards", WardSerializer, WardWithShapeSerializer)
class WardEndpoint(ConfigurationEndpoint):
    """Wards with a point each; one ward also with its shape."""

    queryset = QuerySet(Ward)
    serializer_class = WardSerializer
    detail_serializer_class = WardWithShapeSerializer
    filterset_class = WardFilters
    orderings = {"number": Key("number"), "name": Key("name")}
    default_ordering = "number"

    def rows_of(self, organisation: Organisation) -> QuerySet[Any]:
        return wards_of(organisation.pk)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Shapes are large and not part of the list.
        return super().filter_queryset(queryset).defer("shape")
