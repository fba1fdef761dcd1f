"""Projects, for staff."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import LineField, MomentField, TextField
from common.api.schema import ORGANISATION
from common.api.serializers import StrictSerializer, read_body
from common.errors import NotFound
from common.pagination import Key
from tickets.actions.projects import change_project, create_project
from tickets.api.filters import ProjectFilters
from tickets.api.views.base import TicketsEndpoint
from tickets.models import Project
from tickets.queries import projects_in
from tickets.querysets import ProjectQuerySet

_TAG = "projects"


class ProjectSerializer(serializers.ModelSerializer[Project]):
    created_at = MomentField()

    class Meta:
        model = Project
        fields = ["id", "name", "description", "is_archived", "created_at"]


class NewProjectSerializer(StrictSerializer):
    name = LineField(min_length=3, max_length=100)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    organisation = LineField(max_length=60, required=False, help_text="Slug.")


class ProjectChangesSerializer(StrictSerializer):
    name = LineField(min_length=3, max_length=100, required=False)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    is_archived = serializers.BooleanField(required=False)


class ProjectsEndpoint(TicketsEndpoint):
    queryset = ProjectQuerySet(Project)
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilters
    orderings = {"name": Key("name"), "created_at": Key("created_at")}
    default_ordering = "name"

    @extend_schema(
        operation_id="projects_list",
        summary="List projects",
        parameters=[ORGANISATION],
        responses=ProjectSerializer(many=True),
        tags=[_TAG],
    )
    def list(self, request: Request) -> Response:
        """Bodies of work that tickets belong to, beside or instead of a department."""
        page = self.paginate_queryset(self.filter_queryset(self._seen(request))) or []
        return self.get_paginated_response(ProjectSerializer(page, many=True).data)

    @extend_schema(
        operation_id="projects_create",
        summary="Start a project",
        request=NewProjectSerializer,
        responses={201: ProjectSerializer},
        tags=[_TAG],
        examples=[OpenApiExample("A project", {"name": "Winter readiness"}, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """For everybody who works on tickets."""
        given = read_body(NewProjectSerializer, request)
        organisation = self.chosen_organisation(request, given.pop("organisation", None))
        project = create_project(organisation, **given, acting_user=request.user)
        return Response(ProjectSerializer(project).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="projects_retrieve",
        summary="One project",
        parameters=[ORGANISATION],
        responses=ProjectSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        return Response(ProjectSerializer(self._one(request, key)).data)

    @extend_schema(
        operation_id="projects_update",
        summary="Change a project",
        request=ProjectChangesSerializer,
        responses=ProjectSerializer,
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def update(self, request: Request, key: uuid.UUID) -> Response:
        """Name, description, or whether it is archived."""
        project = self._one(request, key)
        given = read_body(ProjectChangesSerializer, request)
        return Response(ProjectSerializer(change_project(project, acting_user=request.user, **given)).data)

    def _seen(self, request: Request) -> ProjectQuerySet:
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        return projects_in(organisation.pk, request.user)

    def _one(self, request: Request, key: uuid.UUID) -> Project:
        project = self._seen(request).in_bulk([key]).get(key)
        if project is None:
            raise NotFound
        return project
