"""The reports' line in the console's menu. Reports have no rows of their own."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.enums import Capability
from accounts.permissions import has_capability_anywhere
from common.admin import MenuEntry, MenuGroup, add_menu_entry


def _reads_reports(request: HttpRequest) -> bool:
    return has_capability_anywhere(request.user, Capability.VIEW_REPORTS)


add_menu_entry(
    MenuEntry(MenuGroup.OVERSIGHT, "monitoring", 20, _("Monthly report")),
    url_name="reports:monthly",
    is_shown=_reads_reports,
)
