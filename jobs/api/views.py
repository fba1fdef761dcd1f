"""The jobs over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import is_operator
from common.api.fields import MomentField
from common.api.serializers import NothingSerializer, read_body
from common.api.views import Endpoint
from common.errors import NotAllowed, NotFound
from jobs.actions import run_job_now
from jobs.enums import RunState
from jobs.queries import find_job, list_jobs


class JobRunSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RunState.choices, help_text=_("lost: its worker died half-way."))
    is_by_hand = serializers.BooleanField(help_text=_("Run now by the operator, beside its schedule."))
    sent_at = MomentField()
    started_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    result = serializers.IntegerField(allow_null=True, help_text=_("How many rows it dealt with."))
    error = serializers.CharField(help_text=_("Why it failed, without secrets."))


class JobSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="task")
    title = serializers.CharField()
    schedule = serializers.CharField()
    is_enabled = serializers.BooleanField()
    last_run = JobRunSerializer(source="last", allow_null=True)
    next_run_at = MomentField(source="next_at", allow_null=True, help_text=_("Past where nothing sends it."))
    runs = serializers.IntegerField(help_text=_("In the last seven days."))
    failures = serializers.IntegerField(help_text=_("Of these, how many failed or were lost."))
    last_failure = JobRunSerializer(allow_null=True, help_text=_("In the last seven days."))
    average_seconds = serializers.FloatField(allow_null=True)
    backlog = serializers.IntegerField(
        allow_null=True,
        help_text=_("Rows that are due now, counted up to 10 000; null where none can wait."),
    )


class JobListSerializer(serializers.Serializer[Any]):
    results = JobSerializer(many=True)


class JobsEndpoint(Endpoint):
    pagination_class = None  # type: ignore[assignment]
    filter_backends = []
    failures = frozenset({503})

    @extend_schema(
        operation_id="jobs_list", summary="Scheduled jobs", responses={200: JobListSerializer}, tags=["jobs"]
    )
    def list(self, request: Request) -> Response:
        """For the operator: how each job went, when it goes next, how long it takes, what waits for it."""
        if not is_operator(request.user):
            raise NotAllowed
        return Response(JobListSerializer({"results": list_jobs()}).data)

    @extend_schema(
        operation_id="jobs_run",
        summary="Run a job now",
        request=NothingSerializer,
        responses={202: JobRunSerializer},
        tags=["jobs"],
    )
    def run(self, request: Request, task: str) -> Response:
        """For the operator. While a run waits or goes on, the answer is that one, and no other is begun."""
        read_body(NothingSerializer, request)
        if not is_operator(request.user):
            raise NotAllowed
        job = find_job(task)
        if job is None:
            raise NotFound
        run = run_job_now(job, acting_user=request.user)
        return Response(JobRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
