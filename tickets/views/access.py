"""The way from an address to what it names: inside this site's organisation, and only what may be seen."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest

from accounts.site import require_organisation
from common.errors import DomainError
from tickets.models import Ticket
from tickets.queries import get_visible_ticket


def get_ticket_or_404(request: HttpRequest, reference: str | uuid.UUID) -> Ticket:
    """The visible ticket of this site's organisation. Raises Http404 for everything else."""
    organisation = require_organisation(request)
    try:
        ticket = get_visible_ticket(request.user, reference)
    except DomainError as refusal:
        raise Http404(refusal.message) from refusal
    if ticket.organisation_id != organisation.pk:
        raise Http404
    return ticket
