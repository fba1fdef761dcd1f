"""From a row to a ticket that is built and checked, by the rules that a request is checked by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Organisation, User
from accounts.queries import find_colleagues
from common.errors import DomainError
from departments.queries import find_category, find_department
from tickets.actions.bulk_intake import Entry
from tickets.actions.intake import Place, Report, Reporter, build_ticket, checked_reporter
from tickets.actions.surroundings import Surroundings
from tickets.actions.team import checked_people
from tickets.enums import Source, Status
from tickets.exchange.columns import EXPORTED
from tickets.exchange.fields import TicketFields
from tickets.queries import find_project

# In a CSV cell several values are separated by commas.
_LISTS = frozenset({"tags", "assignees"})
_WORDS = frozenset({"category", "department", "project", "priority", "status", "is_public", "source"})
_LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class Refusal:
    """Why a row became no ticket."""

    field: str
    code: str
    sentence: str


class RowRefused(Exception):
    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = refusals
        super().__init__(str(refusals))


class RowReader:
    """Reads the rows of one file for one organisation. Names are looked up once."""

    def __init__(self, organisation: Organisation, known: Surroundings, *, is_csv: bool) -> None:
        self.organisation = organisation
        self.known = known
        self.is_csv = is_csv
        self.fields: dict[str, Any] = dict(TicketFields().fields)
        self.synonyms = TicketFields.synonyms
        self._found: dict[tuple[str, str], Any] = {}
        self._said: dict[tuple[str, str], Any] = {}

    def expect(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Find the wards of all these rows at once; what is no place is refused when its turn comes."""
        places = (_place_of(values) for values in rows)
        self.known.expect_places({place for place in places if place is not None})

    def entry(self, values: Mapping[str, Any], at: datetime) -> Entry:
        """The ticket of a row. Raises RowRefused with every reason that was found."""
        given = self._checked(values)
        try:
            people = self._people(given.get("assignees", []))
            if people:
                checked_people(self.organisation.pk, people)
            report = self._report(given)
            reporter = self._reporter(given)
            source = Source(given.get("source", Source.IMPORT))
            ticket = build_ticket(report, reporter, self.known, source=source, created_at=at)
        except DomainError as refusal:
            name = _in_our_words(refusal.field)
            raise RowRefused([Refusal(name, refusal.code, refusal.message[:_LONGEST_SENTENCE])]) from refusal
        lead = self._people([given["lead"]], "lead")[0] if given.get("lead") else None
        return Entry(ticket, people, lead=lead, status=given.get("status", Status.OPEN))

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says, field by field as a request is checked."""
        refusals: list[Refusal] = []
        given: dict[str, Any] = {}
        for name, value in values.items():
            ours = self.synonyms.get(name, name)
            if ours in self.fields:
                try:
                    given[ours] = self._read(ours, value)
                except ValidationError as error:
                    refusals.append(_refusal_of(ours, error))
            elif ours not in EXPORTED:
                refusals.append(Refusal(str(name)[:100], "unknown_field", _("There is no such field.")))
        if "title" not in given and not any(refusal.field == "title" for refusal in refusals):
            refusals.append(Refusal("title", "required", _("This field is required.")))
        if refusals:
            raise RowRefused(refusals)
        return given

    def _read(self, name: str, value: Any) -> Any:
        """The value as the field reads it; words of many rows are read once. Raises ValidationError."""
        if name not in _WORDS or not isinstance(value, str):
            return self.fields[name].run_validation(self._split(name, value))
        if (name, value) not in self._said:
            self._said[name, value] = self.fields[name].run_validation(value)
        return self._said[name, value]

    def _split(self, name: str, value: Any) -> Any:
        if self.is_csv and name in _LISTS:
            return [part.strip() for part in str(value).split(",") if part.strip()]
        return value

    def _report(self, given: Mapping[str, Any]) -> Report:
        return Report(
            title=given["title"],
            description=given.get("description", ""),
            category=self._named("category", given),
            department=self._named("department", given),
            project=self._named("project", given),
            priority=given.get("priority"),
            place=Place(given.get("latitude"), given.get("longitude"), given.get("address", "")),
            tags=given.get("tags", ()),
            external_ref=given.get("external_ref", ""),
            is_public=given.get("is_public"),
        )

    def _named(self, field: str, given: Mapping[str, Any]) -> Any:
        """The row of ours that is named, asked for once per name. Raises Unknown."""
        name = given.get(field)
        if not name:
            return None
        if (field, name) not in self._found:
            self._found[field, name] = _FINDERS[field](self.organisation.pk, name)
        found = self._found[field, name]
        if found is None:
            raise RowRefused([Refusal(field, "unknown", _("There is none of this name here."))])
        return found

    def _people(self, names: Sequence[str], field: str = "assignees") -> list[User]:
        missing = [name for name in names if ("person", name) not in self._found]
        if missing:
            known = find_colleagues(self.organisation.pk, missing)
            self._found |= {("person", name): known.get(name) for name in missing}
        people = [self._found["person", name] for name in names]
        if None in people:
            raise RowRefused([Refusal(field, "unknown", _("There is none of this name here."))])
        return people

    def _reporter(self, given: Mapping[str, Any]) -> Reporter:
        name, email, phone = (given.get(f"customer_{part}", "") for part in ("name", "email", "phone"))
        return checked_reporter(self.organisation, Reporter(name=name, email=email, phone=phone), None)


_FINDERS: dict[str, Any] = {
    "category": find_category,
    "department": find_department,
    "project": find_project,
}


def check_columns(columns: Iterable[str]) -> list[Refusal]:
    """What is wrong with the names of a CSV file's columns; those of our own export are welcome."""
    fields = TicketFields().fields
    known = {*fields, *TicketFields.synonyms, *EXPORTED}
    names = list(columns)
    strange = [name for name in names if name not in known]
    unknown = [Refusal(name[:100], "unknown_field", _("There is no such field.")) for name in strange]
    twice = [
        Refusal(name[:100], "named_twice", _("This column is there twice."))
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    missing = [] if "title" in names else [Refusal("title", "required", _("This field is required."))]
    return [*unknown, *twice, *missing]


def _place_of(values: Mapping[str, Any]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(values["latitude"]), float(values["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _refusal_of(name: str, error: ValidationError) -> Refusal:
    detail: Any = error.detail
    while isinstance(detail, dict | list) and detail:
        detail = next(iter(detail.values())) if isinstance(detail, dict) else detail[0]
    code = getattr(detail, "code", "invalid")
    return Refusal(name, str(code), str(detail)[:_LONGEST_SENTENCE])


def _in_our_words(field: str | None) -> str:
    """What actions call the reporter, rows call the customer."""
    return "customer_phone" if field == "phone" else (field or "").replace("reporter_", "customer_")
