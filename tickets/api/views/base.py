"""What every endpoint of one ticket shares: the way to it, its version, the answer about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation, User
from accounts.queries import choose_organisation, find_colleague, find_colleagues
from common.api.etags import etag_of, expected_version
from common.api.schema import IF_MATCH
from common.api.views import Endpoint
from common.errors import InvalidInput, StaleVersion
from departments.models import Category, Department
from departments.queries import find_category, find_department
from tickets.api.reading import TicketReader
from tickets.api.shapes import TicketDetailSerializer
from tickets.models import Project, Ticket
from tickets.queries import find_project, get_visible_ticket, ticket_rows

Method = TypeVar("Method", bound=Callable[..., Any])

NAME = OpenApiParameter(
    "name", location=OpenApiParameter.PATH, description="Id or reference of the ticket; TSH-4K7-M2X."
)


class UnknownName(InvalidInput):
    """What is named does not exist in the organisation: foreign and missing ones read the same."""

    code = "unknown"


class TicketsEndpoint(Endpoint):
    def chosen_organisation(self, request: Request, slug: str | None) -> Organisation:
        return choose_organisation(request.user, slug=slug, host=request.get_host())


class OneTicketEndpoint(TicketsEndpoint):
    """Endpoints below `tickets/{name}/`."""

    has_versions = True

    def seen_ticket(self, request: Request, name: str) -> Ticket:
        """The ticket, if the reader may see it and it is the version that If-Match asks for."""
        self.ticket = get_visible_ticket(request.user, name)
        wanted = expected_version(request)
        if wanted is not None and wanted != self.ticket.version:
            raise StaleVersion
        return self.ticket

    def answer(self, request: Request, ticket: Ticket, status_code: int = status.HTTP_200_OK) -> Response:
        """The ticket as it is now, with its version as the ETag."""
        shown = TicketReader(request).one(ticket)
        return Response(shown, status=status_code, headers={"ETag": etag_of(shown["version"])})

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == status.HTTP_412_PRECONDITION_FAILED and hasattr(self, "ticket"):
            present = ticket_rows([self.ticket.pk]).values_list("version", flat=True).get()
            response["ETag"] = etag_of(present)
            response.data["version"] = present
        return response


def documents_verb(
    verb: str,
    summary: str,
    body: type[serializers.Serializer[Any]] | None,
    example: dict[str, Any] | None = None,
    responses: Any = TicketDetailSerializer,
    tag: str = "tickets: verbs",
    checks_version: bool = True,
) -> Callable[[Method], Method]:
    """OpenAPI's description of a verb: its name, an example that works, its answers."""
    examples = [] if example is None else [OpenApiExample("For example", example, request_only=True)]
    documented: Callable[[Method], Method] = extend_schema(
        operation_id=f"tickets_{verb}",
        summary=summary,
        request=body,
        responses=responses,
        parameters=[NAME, IF_MATCH] if checks_version else [NAME],
        examples=examples,
        tags=[tag],
    )
    return documented


def signed_in_user(request: Request) -> User:
    """The person, where the endpoint is for signed-in people only."""
    return cast(User, request.user)


def named_category(organisation: Organisation, key: str | None) -> Category | None:
    """The category that was named, None where none was. Raises UnknownName."""
    return found(find_category(organisation.pk, key), "category") if key else None


def named_department(organisation: Organisation, key: str | None) -> Department | None:
    return found(find_department(organisation.pk, key), "department") if key else None


def named_project(organisation: Organisation, key: str | None) -> Project | None:
    return found(find_project(organisation.pk, key), "project") if key else None


def named_people(organisation: Organisation, keys: list[str], field: str = "assignees") -> list[User]:
    """Those who were named, in that order; one query for all. Raises UnknownName."""
    people = find_colleagues(organisation.pk, keys) if keys else {}
    return [found(people.get(key), field) for key in keys]


def named_person(organisation: Organisation, key: str, field: str) -> User:
    return found(find_colleague(organisation.pk, key), field)


Row = TypeVar("Row")


def found(row: Row | None, field: str) -> Row:
    if row is None:
        raise UnknownName(_("There is none of this name here."), field=field)
    return row
