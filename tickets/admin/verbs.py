"""The verbs of the console as forms: each asks what its action needs and calls exactly that action."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from departments.enums import Priority
from departments.models import Category, DepartmentMember, Stage
from tickets.actions.assignment import override_assignment, pick_ticket, unpin_ticket
from tickets.actions.conversation import add_message, add_note, attach_pictures
from tickets.actions.editing import Corrections, edit_ticket
from tickets.actions.lifecycle import (
    complete_ticket,
    reject_ticket,
    reopen_ticket,
    resolve_ticket,
    respond,
    start_work,
    withdraw_ticket,
)
from tickets.actions.movement import (
    change_priority,
    next_stage,
    promote_ticket,
    route_ticket,
    transfer_ticket,
)
from tickets.actions.verification import send_new_code
from tickets.admin.following import FollowForm
from tickets.admin.member_words import absence_sentence, member_words
from tickets.admin.merging import MergeForm, UnmergeForm
from tickets.admin.notifying import NotifyForm
from tickets.admin.photos import HIDE, PUBLISH, HidePhotoForm, PublishPhotoForm
from tickets.admin.planning import PeopleForm, PlanForm
from tickets.admin.tags import TagsForm
from tickets.admin.verb_form import VerbForm, text_field
from tickets.desk import (
    categories_of,
    colleagues_on,
    departments_with_stages,
    open_projects,
    people_who_can_hold,
)
from tickets.enums import AttachmentKind, Outcome, Source, Status
from tickets.forms import PicturesField
from tickets.models import Ticket
from tickets.permissions import can_use, possible_verbs
from tickets.workflow import Verb


class PickForm(VerbForm):
    done = gettext_lazy("The ticket is yours.")

    def act(self) -> Any:
        return pick_ticket(self.ticket, **self.after())


class StartForm(VerbForm):
    done = gettext_lazy("Work has started.")

    def act(self) -> Any:
        return start_work(self.ticket, **self.after())


class ResolveForm(VerbForm):
    done = gettext_lazy("Resolved. The reporter is asked to confirm.")
    note = text_field(gettext_lazy("What was done, as the reporter will read it"))
    photos = PicturesField(label=gettext_lazy("Photos of the repair"))

    def act(self) -> Any:
        photos = self.cleaned_data["photos"]
        with transaction.atomic():
            resolved = resolve_ticket(self.ticket, note=self.cleaned_data["note"], **self.after())
            if photos:
                attach_pictures(resolved, photos, kind=AttachmentKind.RESOLUTION, acting_user=self.user)
        return resolved


class RespondForm(VerbForm):
    done = gettext_lazy("Answered. The clock is on hold until the reporter replies.")
    message = text_field(gettext_lazy("Your answer or question"), rows=4)

    def act(self) -> Any:
        return respond(self.ticket, message=self.cleaned_data["message"], **self.after())


class MessageForm(VerbForm):
    done = gettext_lazy("Sent.")
    body = text_field(gettext_lazy("Message to the reporter"))

    def act(self) -> Any:
        body = self.cleaned_data["body"]
        return add_message(self.ticket, body=body, acting_user=self.user, source=Source.CONSOLE)


class NoteForm(VerbForm):
    done = gettext_lazy("Noted. Only staff see it.")
    body = text_field(gettext_lazy("Note that only staff see"))

    def act(self) -> Any:
        return add_note(self.ticket, body=self.cleaned_data["body"], acting_user=self.user)


class PromoteForm(VerbForm):
    done = gettext_lazy("Moved to the next stage.")
    note = text_field(gettext_lazy("What the next stage has to know"))

    def act(self) -> Any:
        return promote_ticket(self.ticket, note=self.cleaned_data["note"], **self.after())


class TransferForm(VerbForm):
    """A department, at its first stage or at a certain one."""

    done = gettext_lazy("Transferred.")
    department = forms.ChoiceField(label=gettext_lazy("To"), widget=UnfoldAdminSelectWidget())
    reason = text_field(gettext_lazy("Why"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = departments_with_stages(self.ticket.organisation_id)
        self.departments = {str(row.pk): row for row in found if row.pk != self.ticket.department_id}
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a department")),
            *[choice for row in self.departments.values() for choice in _with_stages(row)],
        ]

    def act(self) -> Any:
        key, _dot, stage_key = self.cleaned_data["department"].partition(".")
        department = self.departments[key]
        stage: Stage | None = next((row for row in department.stages.all() if str(row.pk) == stage_key), None)
        return transfer_ticket(
            self.ticket,
            department=department,
            stage=stage,
            reason=self.cleaned_data["reason"],
            **self.after(),
        )


def _with_stages(department: Any) -> list[tuple[str, str]]:
    """The department itself, and each later stage of it."""
    later = [(f"{department.pk}.{stage.pk}", f"{department} › {stage}") for stage in department.stages.all()]
    return [(str(department.pk), str(department)), *later[1:]]


class RouteForm(VerbForm):
    done = gettext_lazy("The category is corrected.")
    category = forms.ChoiceField(label=gettext_lazy("Category"), widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.categories = {str(row.pk): row for row in categories_of(self.ticket.organisation_id)}
        self.fields["category"].choices = _grouped(self.categories.values())  # type: ignore[attr-defined]
        self.fields["category"].initial = str(self.ticket.category_id or "")

    def act(self) -> Any:
        category = self.categories[self.cleaned_data["category"]]
        return route_ticket(self.ticket, category=category, **self.after())


def _grouped(categories: Any) -> list[Any]:
    """Categories under their departments' names."""
    groups: dict[str, list[tuple[str, str]]] = {}
    row: Category
    for row in categories:
        groups.setdefault(row.department.name, []).append((str(row.pk), row.name))
    return [("", _("Choose a category")), *groups.items()]


class PrioritiseForm(VerbForm):
    done = gettext_lazy("The priority is changed.")
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=Priority.choices,
        coerce=lambda value: Priority(int(value)),
        widget=UnfoldAdminSelectWidget(),
    )
    reason = text_field(gettext_lazy("Why"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["priority"].initial = self.ticket.priority

    def act(self) -> Any:
        data = self.cleaned_data
        return change_priority(self.ticket, priority=data["priority"], reason=data["reason"], **self.after())


class OverrideForm(VerbForm):
    done: str | Promise = gettext_lazy("Assigned, and kept there.")
    assignee = forms.ChoiceField(label=gettext_lazy("To"), widget=UnfoldAdminSelectWidget())
    reason = text_field(gettext_lazy("Why"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.desks: dict[uuid.UUID, DepartmentMember] = {}
        choices = self._members() if self.ticket.department_id else self._colleagues()
        self.people = {str(person.pk): person for person, _words in choices}
        self.fields["assignee"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a member")),
            *[(str(person.pk), words) for person, words in choices],
        ]

    def _members(self) -> list[tuple[User, str]]:
        self.desks = {member.user_id: member for member in people_who_can_hold(self.ticket)}
        return [(member.user, member_words(member)) for member in self.desks.values()]

    def _colleagues(self) -> list[tuple[User, str]]:
        """Work of a project alone goes to anybody who works here."""
        return [(person, str(person)) for person in colleagues_on(self.ticket).everybody]

    def act(self) -> Any:
        data = self.cleaned_data
        assignee = self.people[data["assignee"]]
        given = override_assignment(self.ticket, assignee=assignee, reason=data["reason"], **self.after())
        if assignee.pk in self.desks:
            told = f"{self.done} {absence_sentence(self.desks[assignee.pk])}"
            self.done = told.strip()
        return given


class UnpinForm(VerbForm):
    done = gettext_lazy("Not pinned any more.")

    def act(self) -> Any:
        return unpin_ticket(self.ticket, **self.after())


class CompleteForm(VerbForm):
    done = gettext_lazy("Completed.")
    note = text_field(gettext_lazy("What was done"), required=False)

    def act(self) -> Any:
        return complete_ticket(self.ticket, note=self.cleaned_data["note"], **self.after())


class RejectForm(VerbForm):
    done = gettext_lazy("Rejected.")
    reason = text_field(gettext_lazy("Why, as the reporter will read it"))

    def act(self) -> Any:
        return reject_ticket(self.ticket, reason=self.cleaned_data["reason"], **self.after())


class ReopenForm(VerbForm):
    done = gettext_lazy("Reopened: back to work.")
    reason = text_field(gettext_lazy("Why"))

    def act(self) -> Any:
        return reopen_ticket(self.ticket, reason=self.cleaned_data["reason"], **self.after())


class WithdrawForm(VerbForm):
    done = gettext_lazy("Withdrawn. It has left every list; its history stays.")
    reason = text_field(gettext_lazy("Why"), required=False)

    def act(self) -> Any:
        return withdraw_ticket(self.ticket, reason=self.cleaned_data["reason"], **self.after())


class EditForm(VerbForm):
    done = gettext_lazy("The details are corrected.")
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, widget=UnfoldAdminTextInputWidget())
    description = text_field(gettext_lazy("Description"), rows=4, required=False)
    address = forms.CharField(
        label=gettext_lazy("Place in words"),
        max_length=250,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("title", "description", "address"):
            self.fields[name].initial = getattr(self.ticket, name)

    def act(self) -> Any:
        data = self.cleaned_data
        corrections = Corrections(
            title=data["title"], description=data["description"], address=data["address"]
        )
        return edit_ticket(self.ticket, corrections, **self.after())


class PicturesForm(VerbForm):
    done = gettext_lazy("Added.")
    photos = PicturesField(label=gettext_lazy("Photos"))

    def clean(self) -> dict[str, Any] | None:
        if not self.errors and not self.cleaned_data.get("photos"):
            self.add_error("photos", _("Choose at least one photo."))
        return self.cleaned_data

    def act(self) -> Any:
        pictures = self.cleaned_data["photos"]
        return attach_pictures(self.ticket, pictures, kind=AttachmentKind.OTHER, acting_user=self.user)


class NewCodeForm(VerbForm):
    done = gettext_lazy("A new code is on its way to the reporter.")

    def act(self) -> Any:
        return send_new_code(self.ticket, acting_user=self.user)


@dataclass(frozen=True)
class ConsoleVerb:
    """One button of the workspace. `verb` says who may press it and when."""

    slug: str
    verb: Verb
    label: str | Promise
    icon: str
    form: type[VerbForm]
    key: str = ""
    # Where the action would refuse for a reason that the status alone does not tell.
    is_pointless: Callable[[Ticket], bool] = lambda _ticket: False


def _needs_no_completion(ticket: Ticket) -> bool:
    return ticket.organisation.verification_required


def _is_beyond_reopening(ticket: Ticket) -> bool:
    return ticket.outcome in {Outcome.WITHDRAWN, Outcome.DUPLICATE}


_VERBS = [
    ConsoleVerb(
        "pick",
        Verb.PICK,
        gettext_lazy("Take it"),
        "back_hand",
        PickForm,
        "p",
        lambda ticket: ticket.assignee_id is not None,
    ),
    ConsoleVerb("start", Verb.START, gettext_lazy("Start work"), "play_arrow", StartForm, "s"),
    ConsoleVerb("resolve", Verb.RESOLVE, gettext_lazy("Resolve"), "task_alt", ResolveForm, "r"),
    ConsoleVerb("respond", Verb.RESPOND, gettext_lazy("Answer and wait"), "reply", RespondForm, "a"),
    ConsoleVerb("message", Verb.MESSAGE, gettext_lazy("Message"), "chat", MessageForm, "m"),
    ConsoleVerb("note", Verb.NOTE, gettext_lazy("Internal note"), "sticky_note_2", NoteForm, "n"),
    ConsoleVerb(
        "send-code",
        Verb.NOTE,
        gettext_lazy("Send a new code"),
        "password",
        NewCodeForm,
        is_pointless=lambda ticket: ticket.status != Status.RESOLVED,
    ),
    ConsoleVerb(
        "promote",
        Verb.PROMOTE,
        gettext_lazy("Next stage"),
        "double_arrow",
        PromoteForm,
        "g",
        lambda ticket: next_stage(ticket) is None,
    ),
    ConsoleVerb("transfer", Verb.TRANSFER, gettext_lazy("Transfer"), "move_up", TransferForm, "t"),
    ConsoleVerb("override", Verb.OVERRIDE, gettext_lazy("Assign to"), "person_add", OverrideForm, "o"),
    ConsoleVerb(
        "unpin",
        Verb.UNPIN,
        gettext_lazy("Unpin"),
        "lock_open",
        UnpinForm,
        is_pointless=lambda ticket: not ticket.is_pinned,
    ),
    ConsoleVerb("prioritise", Verb.PRIORITISE, gettext_lazy("Change priority"), "flag", PrioritiseForm),
    ConsoleVerb("route", Verb.ROUTE, gettext_lazy("Change category"), "category", RouteForm),
    ConsoleVerb("notify", Verb.NOTIFY, gettext_lazy("Send to colleagues"), "forward_to_inbox", NotifyForm),
    ConsoleVerb("merge", Verb.MERGE, gettext_lazy("Close as a duplicate"), "merge", MergeForm, "d"),
    ConsoleVerb("unmerge", Verb.UNMERGE, gettext_lazy("Undo the merge"), "call_split", UnmergeForm),
    ConsoleVerb("follow", Verb.FOLLOW, gettext_lazy("Follow"), "notifications", FollowForm, "f"),
    ConsoleVerb(
        "project",
        Verb.PLAN,
        gettext_lazy("Move to a project"),
        "drive_file_move",
        PlanForm,
        is_pointless=lambda ticket: not open_projects(ticket.organisation_id),
    ),
    ConsoleVerb("people", Verb.EDIT, gettext_lazy("Who else works on it"), "group", PeopleForm),
    ConsoleVerb("edit", Verb.EDIT, gettext_lazy("Correct the details"), "edit", EditForm),
    ConsoleVerb("tags", Verb.EDIT, gettext_lazy("Tags"), "sell", TagsForm),
    ConsoleVerb("pictures", Verb.NOTE, gettext_lazy("Add photos"), "add_a_photo", PicturesForm),
    ConsoleVerb(PUBLISH, Verb.PUBLISH_PHOTO, gettext_lazy("Publish"), "visibility", PublishPhotoForm),
    ConsoleVerb(HIDE, Verb.HIDE_PHOTO, gettext_lazy("Hide"), "visibility_off", HidePhotoForm),
    ConsoleVerb(
        "complete",
        Verb.COMPLETE,
        gettext_lazy("Complete"),
        "done_all",
        CompleteForm,
        is_pointless=_needs_no_completion,
    ),
    ConsoleVerb("reject", Verb.REJECT, gettext_lazy("Reject"), "block", RejectForm),
    ConsoleVerb(
        "reopen",
        Verb.REOPEN,
        gettext_lazy("Reopen"),
        "undo",
        ReopenForm,
        is_pointless=_is_beyond_reopening,
    ),
    ConsoleVerb(
        "withdraw",
        Verb.WITHDRAW,
        gettext_lazy("Withdraw"),
        "delete_sweep",
        WithdrawForm,
        is_pointless=lambda ticket: ticket.outcome in {Outcome.WITHDRAWN, Outcome.DUPLICATE},
    ),
]
# Without the reporter's own verbs: these are used on the pages for residents, by whoever reported.
CONSOLE_VERBS: dict[str, ConsoleVerb] = {row.slug: row for row in _VERBS}


def offered_verbs(user: Any, ticket: Ticket) -> list[ConsoleVerb]:
    """The buttons of a ticket for a person: what status and role admit, in the order of the table."""
    possible = set(possible_verbs(user, ticket))
    return [row for row in _VERBS if row.verb in possible and not row.is_pointless(ticket)]


def may_use(user: Any, row: ConsoleVerb, ticket: Ticket) -> bool:
    """Whether the person's role admits the verb, whatever the ticket's status."""
    return can_use(user, row.verb, ticket)
