"""Projects, for staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import LineField, MomentField, TextField
from common.api.schema import ORGANISATION
from common.api.serializers import NothingSerializer, StrictSerializer, read_body
from common.errors import NotFound
from common.pagination import Key
from tickets.actions.projects import (
    change_project,
    close_project,
    create_project,
    delete_project,
    reopen_project,
)
from tickets.api.filters import ProjectFilters
from tickets.api.views.base import TicketsEndpoint
from tickets.models import Project
from tickets.queries import projects_in
from tickets.querysets import ProjectQuerySet

_TAG = "projects"


class ProjectSerializer(serializers.ModelSerializer[Project]):
    is_closed = serializers.BooleanField(help_text=_("It keeps its tickets and takes no others."))
    created_at = MomentField()
    closed_at = MomentField(allow_null=True)

    class Meta:
        model = Project
        fields = ["id", "name", "description", "is_closed", "created_at", "closed_at"]


class NewProjectSerializer(StrictSerializer):
    name = LineField(min_length=3, max_length=100)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    organisation = LineField(max_length=60, required=False, help_text="Slug.")


class ProjectChangesSerializer(StrictSerializer):
    name = LineField(min_length=3, max_length=100, required=False)
    description = TextField(max_length=5000, required=False, allow_blank=True)


class WholeProjectSerializer(StrictSerializer):
    name = LineField(min_length=3, max_length=100)
    description = TextField(max_length=5000, allow_blank=True, default="")


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
        """Name or description. Closed projects can be corrected too."""
        return self._change(request, key, ProjectChangesSerializer)

    @extend_schema(
        operation_id="projects_replace",
        summary="Write a project anew",
        request=WholeProjectSerializer,
        responses=ProjectSerializer,
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def replace(self, request: Request, key: uuid.UUID) -> Response:
        """Name and description as given; a description that is left out becomes empty."""
        return self._change(request, key, WholeProjectSerializer)

    def _change(self, request: Request, key: uuid.UUID, body: type[StrictSerializer]) -> Response:
        project = self._one(request, key)
        given = read_body(body, request)
        return Response(ProjectSerializer(change_project(project, acting_user=request.user, **given)).data)

    @extend_schema(
        operation_id="projects_close",
        summary="Close a project",
        request=NothingSerializer,
        responses=ProjectSerializer,
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def close(self, request: Request, key: uuid.UUID) -> Response:
        """It keeps its tickets, which can still be worked on, and takes no others."""
        return self._turn(request, key, close_project)

    @extend_schema(
        operation_id="projects_reopen",
        summary="Reopen a project",
        request=NothingSerializer,
        responses=ProjectSerializer,
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def reopen(self, request: Request, key: uuid.UUID) -> Response:
        """It takes tickets again."""
        return self._turn(request, key, reopen_project)

    def _turn(self, request: Request, key: uuid.UUID, act: Callable[..., Project]) -> Response:
        project = self._one(request, key)
        read_body(NothingSerializer, request)
        return Response(ProjectSerializer(act(project, acting_user=request.user)).data)

    @extend_schema(
        operation_id="projects_delete",
        summary="Delete a project",
        responses={204: None},
        parameters=[ORGANISATION],
        tags=[_TAG],
    )
    def destroy(self, request: Request, key: uuid.UUID) -> Response:
        """Only one that no ticket ever belonged to; any other can be closed."""
        delete_project(self._one(request, key), acting_user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _seen(self, request: Request) -> ProjectQuerySet:
        organisation = self.chosen_organisation(request, self.organisation_slug(request))
        return projects_in(organisation.pk, request.user)

    def _one(self, request: Request, key: uuid.UUID) -> Project:
        project = self._seen(request).in_bulk([key]).get(key)
        if project is None:
            raise NotFound
        return project
