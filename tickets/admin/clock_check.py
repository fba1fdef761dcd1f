"""What the nightly comparison of open clocks with their history found, for who sees every ticket."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, ReadOnlyAdmin
from tickets.admin.words import Word, badge
from tickets.models import ClockCheck


@admin.register(ClockCheck)
class ClockCheckAdmin(ReadOnlyAdmin):
    menu = MenuEntry(MenuGroup.OVERSIGHT, "alarm_on", 60)
    list_display = ("checked_at", "organisation", "tickets", "outcome")
    list_select_related = ("organisation",)
    ordering = ("-checked_at", "pk")
    fields = ("organisation", "checked_at", "tickets", "outcome", "found")
    readonly_fields = ("outcome", "found")

    def is_in_menu(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.VIEW_REPORTS) and has_capability_anywhere(
            user, Capability.VIEW_ALL_TICKETS
        )

    @display(description=gettext_lazy("outcome"))
    def outcome(self, check: ClockCheck) -> SafeString:
        if not check.count:
            return badge(Word(_("all agree"), "fixed", "check_circle"))
        words = ngettext("%(count)d difference", "%(count)d differences", check.count)
        return badge(Word(words % {"count": check.count}, "overdue", "error"))

    @display(description=gettext_lazy("differences"))
    def found(self, check: ClockCheck) -> SafeString | str:
        """Each with what is kept and what the events of the ticket say; the first of many."""
        if not check.differences:
            return "–"
        lines = format_html_join(
            "",
            "<li><strong>{}</strong> {} · {}: {} → {}</li>",
            (
                (row["reference"], row["promise"], row["column"], row["kept"], row["told"])
                for row in check.differences
            ),
        )
        return format_html("<ul>{}</ul>", lines)
