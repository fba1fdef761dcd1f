"""A member in the words of a list to choose from, and whether they are there."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from departments.models import DepartmentMember


def member_words(member: DepartmentMember) -> str:
    """`Thandi Mokoena (3 of 8)`, and whether they are away. Reads what `with_presence` adds."""
    words = _("%(name)s (%(open)d of %(capacity)d)") % {
        "name": member.user,
        "open": member.open_tickets,
        "capacity": member.capacity,
    }
    away = absence(member)
    return f"{words}, {away}" if away else words


def absence(member: DepartmentMember) -> str:
    """Why somebody is not there now: leave, else the shift, else that they said so; empty when they are."""
    until = member.on_leave_until  # type: ignore[attr-defined]
    if until is not None:
        return _("on leave until %(day)s") % {"day": date_format(until, "j F Y")}
    if not member.is_on_shift:  # type: ignore[attr-defined]
        return _("off shift")
    return "" if member.is_available else _("away")


def absence_sentence(member: DepartmentMember) -> str:
    """What the admin hears who gave a ticket to somebody who is not there; empty when they are."""
    away = absence(member)
    return _("%(name)s is %(away)s.") % {"name": member.user.get_full_name(), "away": away} if away else ""
