"""A ticket that comes back to a department, in words that residents and staff both read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.models import TicketEvent


def back_again(event: TicketEvent) -> str:
    """`back in Water for the second time`; empty where the department had not had the ticket before."""
    stay = event.data.get("stay")
    if stay is None or event.department is None:
        return ""
    values = {"department": event.department.name, "stay": stay}
    if stay == 2:
        return _("back in %(department)s for the second time") % values
    if stay == 3:
        return _("back in %(department)s for the third time") % values
    return _("in %(department)s again, stay number %(stay)d") % values
