"""The record of missed promises, the ledger, the boards, and what agents say against a penalty."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accountability.actions.appeals import appeal, decide_appeal
from accountability.actions.remedy import write_remedy
from accountability.api.filters import AppealFilters, BreachFilters, PointsFilters
from accountability.api.serializers import (
    AppealDecisionSerializer,
    AppealSerializer,
    BoardQuerySerializer,
    BoardSerializer,
    BreachSerializer,
    NewAppealSerializer,
    PointsEntrySerializer,
    RemedySerializer,
)
from accountability.enums import BoardKind
from accountability.models import Breach, PointsAppeal, PointsEntry
from accountability.queries import (
    appeals_for,
    board_for,
    breaches_for,
    find_entry,
    get_appeal,
    get_breach,
    ledger_for,
)
from accountability.querysets import BreachQuerySet, PointsAppealQuerySet, PointsEntryQuerySet
from accounts.models import Organisation
from accounts.queries import choose_organisation, own_organisation
from common.api.schema import ORGANISATION
from common.api.serializers import read_body, read_query
from common.api.views import Endpoint
from common.months import Month
from common.pagination import Key

_TAG = "accountability"
Serializer = type[serializers.Serializer[Any]]


class AccountsEndpoint(Endpoint):
    """For who works in the organisation, and for keys that may do everything."""

    def own(self, request: Request) -> Organisation:
        return own_organisation(request.user, slug=self.organisation_slug(request))

    def page_of(self, rows: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(rows)) or []
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def _lists(operation: str, summary: str, serializer: Serializer) -> Any:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        parameters=[ORGANISATION],
        responses=serializer(many=True),
        tags=[_TAG],
    )


class BreachesEndpoint(AccountsEndpoint):
    queryset = BreachQuerySet(Breach)
    serializer_class = BreachSerializer
    filterset_class = BreachFilters
    orderings = {"breached_at": Key("breached_at"), "created_at": Key("created_at")}
    default_ordering = "-breached_at"

    @_lists("breaches_list", "Missed promises", BreachSerializer)
    def list(self, request: Request) -> Response:
        """Those of your departments, or all for who sees all work; the latest first."""
        return self.page_of(breaches_for(request.user, self.own(request).pk))

    @extend_schema(
        operation_id="breaches_retrieve",
        summary="One missed promise",
        parameters=[ORGANISATION],
        responses=BreachSerializer,
        tags=[_TAG],
    )
    def retrieve(self, request: Request, key: uuid.UUID) -> Response:
        """With who held the ticket how long, and what the department does about it."""
        return Response(BreachSerializer(get_breach(request.user, self.own(request).pk, key)).data)

    @extend_schema(
        operation_id="breaches_remedy",
        summary="Say what the department does about it",
        parameters=[ORGANISATION],
        request=RemedySerializer,
        responses=BreachSerializer,
        tags=[_TAG],
        examples=[
            OpenApiExample(
                "A remedy", {"note": "A second team is on standby from Monday."}, request_only=True
            )
        ],
    )
    def remedy(self, request: Request, key: uuid.UUID) -> Response:
        """Once, by the admins of the accountable department or of the organisation."""
        organisation = self.own(request)
        breach = get_breach(request.user, organisation.pk, key)
        write_remedy(breach, **read_body(RemedySerializer, request), acting_user=request.user)
        return Response(BreachSerializer(get_breach(request.user, organisation.pk, key)).data)


class PointsEndpoint(AccountsEndpoint):
    queryset = PointsEntryQuerySet(PointsEntry)
    serializer_class = PointsEntrySerializer
    filterset_class = PointsFilters
    orderings = {"occurred_at": Key("occurred_at"), "created_at": Key("created_at")}
    default_ordering = "-occurred_at"

    @_lists("points_list", "The points ledger", PointsEntrySerializer)
    def list(self, request: Request) -> Response:
        """Every entry and reversal of your departments and their people; nothing in it ever changes."""
        return self.page_of(ledger_for(request.user, self.own(request).pk))


class LeaderboardEndpoint(Endpoint):
    public_actions = frozenset({"show"})

    @extend_schema(
        operation_id="leaderboards_show",
        summary="The board of a month",
        parameters=[BoardQuerySerializer],
        responses=BoardSerializer,
        tags=[_TAG],
    )
    def show(self, request: Request) -> Response:
        """Departments for everybody who may read the organisation's pages; people for their department.

        Who has fewer than `minimum_sample` events comes last, without a rank.
        """
        asked = read_query(BoardQuerySerializer, request)
        organisation = choose_organisation(
            request.user, slug=asked.get("organisation"), host=request.get_host()
        )
        zone = ZoneInfo(organisation.time_zone)
        month = Month.parse(asked["month"]) if "month" in asked else Month.of(timezone.now(), zone)
        board = board_for(
            request.user,
            organisation,
            month,
            kind=BoardKind(asked["kind"]),
            department_key=asked.get("department"),
        )
        return Response(BoardSerializer(board).data)


class AppealsEndpoint(AccountsEndpoint):
    queryset = PointsAppealQuerySet(PointsAppeal)
    serializer_class = AppealSerializer
    filterset_class = AppealFilters
    orderings = {"created_at": Key("created_at")}
    default_ordering = "-created_at"

    @_lists("appeals_list", "Appeals against penalties", AppealSerializer)
    def list(self, request: Request) -> Response:
        """Your own, and those about people for whom you answer."""
        return self.page_of(appeals_for(request.user, self.own(request).pk))

    @extend_schema(
        operation_id="appeals_create",
        summary="Appeal against a penalty",
        parameters=[ORGANISATION],
        request=NewAppealSerializer,
        responses={201: AppealSerializer},
        tags=[_TAG],
    )
    def create(self, request: Request) -> Response:
        """Against a penalty of your own, once, within thirty days."""
        organisation = self.own(request)
        given = read_body(NewAppealSerializer, request)
        entry = find_entry(request.user, organisation.pk, given["entry"])
        made = appeal(entry, reason=given["reason"], acting_user=request.user)
        return self._answer(request, organisation, made.pk, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="appeals_decide",
        summary="Decide about an appeal",
        parameters=[ORGANISATION],
        request=AppealDecisionSerializer,
        responses=AppealSerializer,
        tags=[_TAG],
    )
    def decide(self, request: Request, key: uuid.UUID) -> Response:
        """Once, with a reason, by somebody else who answers for the person. Granting reverses the entry."""
        organisation = self.own(request)
        made = get_appeal(request.user, organisation.pk, key)
        given = read_body(AppealDecisionSerializer, request)
        grant = given["decision"] == "grant"
        decide_appeal(made, grant=grant, reason=given["reason"], acting_user=request.user)
        return self._answer(request, organisation, key, status.HTTP_200_OK)

    def _answer(self, request: Request, organisation: Organisation, key: uuid.UUID, code: int) -> Response:
        shown = AppealSerializer(get_appeal(request.user, organisation.pk, key))
        return Response(shown.data, status=code)
