"""The verbs of a team's work: which project a ticket belongs to, and who works on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from tickets.actions.editing import change_assignees
from tickets.actions.planning import plan_ticket
from tickets.admin.verb_form import VerbForm
from tickets.desk import colleagues_on, open_projects


class PlanForm(VerbForm):
    done = gettext_lazy("Moved.")
    project = forms.ChoiceField(
        label=gettext_lazy("Project"), required=False, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = open_projects(self.ticket.organisation_id)
        self.projects = {str(row.pk): row for row in found if row.pk != self.ticket.project_id}
        out = [("", _("None"))] if self.ticket.department_id else []
        self.fields["project"].choices = [  # type: ignore[attr-defined]
            *out,
            *[(key, row.name) for key, row in self.projects.items()],
        ]

    def act(self) -> Any:
        project = self.projects.get(self.cleaned_data["project"])
        return plan_ticket(self.ticket, project=project, **self.after())


class PeopleForm(VerbForm):
    done = gettext_lazy("The people are changed.")
    assignees = forms.MultipleChoiceField(
        label=gettext_lazy("Beside the one who leads"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 6}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = colleagues_on(self.ticket)
        self.people = {str(person.pk): person for person in found.everybody}
        self.fields["assignees"].choices = [  # type: ignore[attr-defined]
            (key, str(person)) for key, person in self.people.items()
        ]
        self.fields["assignees"].initial = [str(key) for key in found.working]

    def act(self) -> Any:
        people = [self.people[key] for key in self.cleaned_data["assignees"]]
        return change_assignees(self.ticket, people, **self.after())
