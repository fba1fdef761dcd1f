"""The staff console."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class StaffConsole(UnfoldAdminSite):
    site_title = _("Lokisa console")
    site_header = "Lokisa"
