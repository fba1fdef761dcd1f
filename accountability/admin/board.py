"""The board of a month: departments beside each other, or the people of one department."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accountability.admin.reach import sees_work
from accountability.enums import BoardKind
from accountability.permissions import can_read_people_board
from accountability.queries import Board, board_for
from accounts.models import Organisation
from accounts.queries import organisations_staffed_by
from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.month_choice import MonthChoice, chosen_month
from common.months import Month
from common.spreadsheets import csv_answer
from departments.models import Department
from departments.queries import departments_to_choose_from

PAGE = "accountability_board"
FILE = "accountability_board_csv"


@dataclass(frozen=True)
class Asked:
    """What the address asks for, within what the person may read. `department` None: all of them compared."""

    organisation: Organisation
    department: Department | None
    choice: MonthChoice
    # What else there is to choose.
    departments: list[Department]
    organisations: list[Organisation]

    def url(self, *, of: Department | None, month: Month, name: str = PAGE) -> str:
        about = {"organisation": self.organisation.slug, "month": str(month)}
        if of is not None:
            about["department"] = str(of.pk)
        return f"{reverse(f'admin:{name}')}?{urlencode(about)}"

    @property
    def tabs(self) -> Iterator[tuple[str, str, bool]]:
        """Word, address, and whether it is the one that is shown."""
        for one in (None, *self.departments):
            word = one.name if one else _("Departments")
            yield word, self.url(of=one, month=self.choice.month), one == self.department

    @property
    def beside(self) -> Iterator[tuple[str, str, str]]:
        """Relation, word and address of the months before and after."""
        before, after = self.choice.previous, self.choice.following
        yield "prev", before.name, self.url(of=self.department, month=before)
        if after is not None:
            yield "next", after.name, self.url(of=self.department, month=after)

    @property
    def csv_url(self) -> str:
        return self.url(of=self.department, month=self.choice.month, name=FILE)


def show_board(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    asked = _asked(request)
    board = _board(request, asked)
    context = site_context | {
        "title": _("Board"),
        "asked": asked,
        "choice": asked.choice,
        "board": board,
        "own": request.user.pk,
    }
    status = 400 if asked.choice.refusal else 200
    return TemplateResponse(request, "console/board.html", context, status=status)


def board_file(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if asked.choice.refusal:
        return HttpResponse(asked.choice.refusal, status=400, content_type="text/plain; charset=utf-8")
    if not asked.organisation.accountability_enabled:
        raise Http404(_("The organisation keeps no account."))
    about = asked.department.code if asked.department else "departments"
    name = f"{asked.organisation.slug}-{about}-{asked.choice.month}.csv".lower()
    return csv_answer(board_lines(_board(request, asked)), name)


def board_lines(board: Board) -> Iterator[list[Any]]:
    """The names of the columns and a line for each; without a place where the sample is too small."""
    who = _("person") if board.department else _("department")
    yield [_("month"), _("place"), who, *_columns()]
    for line in board.lines:
        row = line.standing
        figures = [row.points, row.rewards, row.penalties, row.in_time, row.late, row.sample]
        yield [str(board.month), line.rank or "", row.name, *figures]


def _columns() -> list[str]:
    return [
        _("points"),
        _("rewards"),
        _("penalties"),
        _("resolved in time"),
        _("resolved late"),
        _("events"),
    ]


def _board(request: HttpRequest, asked: Asked) -> Board:
    return board_for(
        request.user,
        asked.organisation,
        asked.choice.month,
        kind=BoardKind.PEOPLE if asked.department else BoardKind.DEPARTMENTS,
        department_key=str(asked.department.pk) if asked.department else None,
    )


def _asked(request: HttpRequest) -> Asked:
    """Raises PermissionDenied, and Http404 for what is out of reach."""
    if not sees_work(request.user):
        raise PermissionDenied(_("Boards are for the people who work here."))
    organisations = organisations_staffed_by(request.user)
    slug = request.GET.get("organisation")
    organisation = next((row for row in organisations if slug in {None, "", row.slug}), None)
    if organisation is None:
        raise Http404
    departments = _departments(request.user, organisation.pk)
    wanted = request.GET.get("department")
    department = next((row for row in departments if str(row.pk) == wanted), None)
    if wanted and department is None:
        raise Http404
    choice = chosen_month(request, ZoneInfo(organisation.time_zone))
    return Asked(organisation, department, choice, departments, organisations)


def _departments(user: Any, organisation_id: uuid.UUID) -> list[Department]:
    """Those whose people the person may compare, by name."""
    own = [row for row in departments_to_choose_from(user) if row.organisation_id == organisation_id]
    return [row for row in own if can_read_people_board(user, row)]


add_menu_entry(
    MenuEntry(MenuGroup.OVERSIGHT, "leaderboard", 25, gettext_lazy("Board")),
    url_name=PAGE,
    is_shown=lambda request: sees_work(request.user),
)
