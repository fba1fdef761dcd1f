"""Filters of the ticket list. Choices are what the reader reaches; an unknown value shows nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from departments.enums import Priority
from departments.queries import categories_to_choose_from, departments_to_choose_from, wards_to_choose_from
from tickets.desk import SOON, projects_to_choose_from
from tickets.enums import Status
from tickets.querysets import TicketQuerySet


class TicketFilter(DropdownFilter):
    """A choice that narrows the list by one question of the queryset."""

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        known = {str(key) for key, _word in self.lookup_choices}
        return self.narrow(queryset, request) if self.value() in known else queryset.none()


class StatusFilter(TicketFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("unclosed", _("Not closed")), *[(key, capfirst(str(word))) for key, word in Status.choices]]

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        if self.value() == "unclosed":
            return tickets.unclosed()
        return tickets.with_status(str(self.value()))


class TimeFilter(TicketFilter):
    title = _("promise")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            ("overdue", _("Overdue")),
            ("escalated", _("Escalated")),
            ("soon", _("Expiring within a day")),
            ("held", _("Held too long")),
        ]

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        now = timezone.now()
        if self.value() == "escalated":
            return tickets.escalated()
        if self.value() == "held":
            return tickets.held_too_long(now)
        return tickets.overdue(now) if self.value() == "overdue" else tickets.due_between(now, now + SOON)


class WhoseFilter(TicketFilter):
    title = _("whose it is")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("mine", _("Mine")), ("queue", _("Nobody’s: in the queue"))]

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.unclosed().assigned_to(request.user) if self.value() == "mine" else tickets.queued()


class PriorityFilter(TicketFilter):
    title = _("priority")
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(key), capfirst(str(word))) for key, word in reversed(Priority.choices)]

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.with_priority(int(str(self.value())))


class RowFilter(TicketFilter):
    """One of the rows that the reader may choose from."""

    rows: Callable[[Any], list[Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(row.pk), str(row)) for row in type(self).rows(request.user)]


class DepartmentFilter(RowFilter):
    title = _("department")
    parameter_name = "department"
    rows = staticmethod(departments_to_choose_from)

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.in_departments([self.value()])


class CategoryFilter(RowFilter):
    title = _("category")
    parameter_name = "category"
    rows = staticmethod(categories_to_choose_from)

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.in_category(self.value())


class WardFilter(RowFilter):
    title = _("ward")
    parameter_name = "ward"
    rows = staticmethod(wards_to_choose_from)

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.in_ward(self.value())


class ProjectFilter(RowFilter):
    title = _("project")
    parameter_name = "project"
    rows = staticmethod(projects_to_choose_from)

    def narrow(self, tickets: TicketQuerySet, request: HttpRequest) -> TicketQuerySet:
        return tickets.in_project(self.value())


TICKET_FILTERS = (
    WhoseFilter,
    TimeFilter,
    StatusFilter,
    PriorityFilter,
    DepartmentFilter,
    CategoryFilter,
    WardFilter,
    ProjectFilter,
)
