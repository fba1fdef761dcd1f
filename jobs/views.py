"""The jobs in the console, for the operator: how each went, when it goes next, what waits, and run now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import is_operator
from common.errors import DomainError
from jobs.actions import run_job_now
from jobs.enums import RunState
from jobs.queries import KEPT_DAYS, Job, find_job, list_jobs
from tickets.admin.words import Word

_LOOKS = {
    RunState.WAITING: ("waiting", "hourglass_top"),
    RunState.RUNNING: ("progress", "progress_activity"),
    RunState.DONE: ("fixed", "check_circle"),
    RunState.FAILED: ("overdue", "error"),
    RunState.LOST: ("overdue", "heart_broken"),
}


@dataclass(frozen=True)
class Line:
    job: Job

    @property
    def word(self) -> Word:
        """How the last run stands."""
        if self.job.last is None:
            return Word(str(_("Never ran")), "quiet", "remove")
        return Word(str(self.job.last.state.label), *_LOOKS[self.job.last.state])


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    if not is_operator(request.user):
        raise PermissionDenied
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Jobs"),
        "lines": [Line(job) for job in list_jobs()],
        "days": KEPT_DAYS,
    }
    return TemplateResponse(request, "console/jobs.html", context)


@require_POST
def run(request: HttpRequest, task: str) -> HttpResponse:
    if not is_operator(request.user):
        raise PermissionDenied
    job = find_job(task)
    if job is None:
        raise Http404
    try:
        run_job_now(job, acting_user=request.user)
        messages.success(request, _("“%(job)s” is on its way.") % {"job": _(job.name)})
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("jobs:jobs"))
