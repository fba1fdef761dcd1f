"""Which project a ticket belongs to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from common.errors import DomainError, InvalidInput
from tickets.actions.change import changing
from tickets.actions.movement import NothingChanged
from tickets.actions.projects import ProjectClosed
from tickets.models import Project, Ticket
from tickets.workflow import Verb


class WrongProject(InvalidInput):
    code = "wrong_project"
    sentence = gettext_lazy("Choose a project of the same organisation.")


class ProjectNeeded(DomainError):
    code = "project_needed"
    sentence = gettext_lazy("The ticket has no department: it must stay in a project.")


def plan_ticket(
    ticket: Ticket, *, project: Project | None, acting_user: Any, expected_version: int | None = None
) -> Ticket:
    """Move a ticket to another project, or out of its own where a department has it.

    Raises NothingChanged, WrongProject, ProjectClosed, ProjectNeeded, and what `changing` raises.
    """
    with changing(ticket, Verb.PLAN, acting_user=acting_user, expected_version=expected_version) as change:
        if project is not None and project.organisation_id != change.ticket.organisation_id:
            raise WrongProject(field="project")
        if (project.pk if project else None) == change.ticket.project_id:
            raise NothingChanged(field="project")
        if project is not None and project.is_closed:
            raise ProjectClosed(field="project")
        if project is None and change.ticket.department_id is None:
            raise ProjectNeeded(field="project")
        names = {"from": _name(change.ticket.project), "to": _name(project)}
        change.write(project=project)
        change.record_rule(data=names)
        return change.ticket


def _name(project: Project | None) -> str:
    return project.name if project else ""
