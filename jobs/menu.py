"""The line of the jobs in the console's menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_operator
from common.admin import MenuEntry, MenuGroup, add_menu_entry


def _is_operator(request: HttpRequest) -> bool:
    return is_operator(request.user)


add_menu_entry(
    MenuEntry(MenuGroup.OVERSIGHT, "schedule", 60, _("Jobs")), url_name="jobs:jobs", is_shown=_is_operator
)
