"""What a person may do to one ticket: predicates on (user, ticket), free of queries of their own.

They read only the ticket's columns and what is known of the user's memberships, so that a list of
fifty tickets can be asked without a query for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.enums import Capability
from accounts.permissions import has_capability, is_operator
from departments.permissions import can_act_in_department, departments_of
from tickets.enums import Outcome, Status, Visibility
from tickets.workflow import OF_A_PHOTO, WORKFLOW, Party, Verb, is_possible

if TYPE_CHECKING:
    from tickets.models import Ticket


def is_reporter(user: Any, ticket: Ticket) -> bool:
    return bool(user is not None and user.is_authenticated and ticket.reporter_id == user.pk)


def holds_ticket(user: Any, ticket: Ticket) -> bool:
    return bool(user is not None and user.is_authenticated and ticket.assignee_id == user.pk)


def is_in_public_space(ticket: Ticket) -> bool:
    """Whether the fault is everybody's: then whoever has the problem may say whether it is fixed.

    Reads the ticket's category: select it beforehand.
    """
    return ticket.is_public and ticket.category is not None and ticket.category.is_public_space


def can_view_ticket(user: Any, ticket: Ticket) -> bool:
    """Public tickets are everybody's; others belong to the reporter and to staff who reach them."""
    if can_view_as_staff(user, ticket):
        return True
    if ticket.outcome == Outcome.WITHDRAWN:
        return False
    return ticket.is_public or is_reporter(user, ticket)


def can_view_as_staff(user: Any, ticket: Ticket) -> bool:
    """Whether the person sees the ticket as staff do: everything on it but what privacy hides."""
    if is_operator(user):
        return True
    if has_capability(user, Capability.VIEW_ALL_TICKETS, ticket.organisation_id):
        return True
    if not has_capability(user, Capability.VIEW_DEPARTMENT_TICKETS, ticket.organisation_id):
        return False
    return (
        ticket.department_id is None
        or ticket.department_id in departments_of(user)
        or holds_ticket(user, ticket)
    )


def can_view_reporter(user: Any, ticket: Ticket) -> bool:
    """Whether the reporter's name, phone and e-mail may be shown to this person."""
    if is_reporter(user, ticket) or is_operator(user):
        return True
    return can_view_as_staff(user, ticket) and has_capability(
        user, Capability.VIEW_REPORTERS, ticket.organisation_id
    )


def visible_parts(user: Any, ticket: Ticket) -> list[Visibility]:
    """Which events, messages and files of the ticket the person may see."""
    if can_view_as_staff(user, ticket):
        return [Visibility.PUBLIC, Visibility.PARTICIPANTS, Visibility.STAFF]
    if is_reporter(user, ticket):
        return [Visibility.PUBLIC, Visibility.PARTICIPANTS]
    return [Visibility.PUBLIC]


def can_use(user: Any, verb: Verb, ticket: Ticket) -> bool:
    """Whether the person's role admits the verb on this ticket, whatever its status.

    Only the reporter's right to take a report back ends when somebody has begun to work on it.
    Supporters confirming in public space need a look at the supports, which
    `tickets.actions.verification` takes.
    """
    needs = WORKFLOW[verb].needs
    if needs is Party.SYSTEM:
        return False
    if needs is Party.ANYBODY:
        return bool(user is not None and user.is_authenticated) and can_view_ticket(user, ticket)
    if needs is Party.REPORTER:
        # Who may not know the reporter, such as an auditor, does not write to them either.
        return is_reporter(user, ticket) or (verb is Verb.MESSAGE and can_view_reporter(user, ticket))
    if verb is Verb.OVERRIDE and _belongs_to_a_team(ticket):
        needs = Capability.WORK_ON_TICKETS
    if verb is Verb.WITHDRAW and is_reporter(user, ticket) and ticket.status == Status.OPEN:
        return True
    return _staff_may(user, needs, ticket)


def _belongs_to_a_team(ticket: Ticket) -> bool:
    """Work of a project that no department owns: its people decide among themselves who leads."""
    return ticket.department_id is None and ticket.project_id is not None


def _staff_may(user: Any, capability: Capability, ticket: Ticket) -> bool:
    organisation_id = ticket.organisation_id
    if ticket.department_id is None:
        return has_capability(user, capability, organisation_id)
    if holds_ticket(user, ticket) and has_capability(user, capability, organisation_id):
        return True
    return can_act_in_department(
        user, capability, organisation_id=organisation_id, department_id=ticket.department_id
    )


def possible_verbs(user: Any, ticket: Ticket) -> list[Verb]:
    """The ticket's verbs that status and role both admit now: what pages show as buttons."""
    return [verb for verb in Verb if _is_possible_now(verb, ticket) and can_use(user, verb, ticket)]


def _is_possible_now(verb: Verb, ticket: Ticket) -> bool:
    if verb in OF_A_PHOTO or (verb is Verb.UNMERGE and ticket.outcome != Outcome.DUPLICATE):
        return False
    return is_possible(verb, ticket.status)


def can_manage_projects(user: Any, organisation_id: Any) -> bool:
    """Whoever works on tickets says what work there is."""
    return has_capability(user, Capability.WORK_ON_TICKETS, organisation_id)


def can_log_for_caller(user: Any, organisation_id: Any) -> bool:
    return has_capability(user, Capability.LOG_FOR_CALLER, organisation_id)
