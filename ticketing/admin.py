"""The staff console: who may enter, how it looks, and its menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from accounts.models import Organisation
from accounts.permissions import may_enter_console
from accounts.queries import console_organisation
from common.admin import EXTRA_ENTRIES, MenuEntry, MenuGroup, ScopedModelAdmin
from common.banners import banners_for
from ticketing.settings.console import ACCENT_SHADES

_KEPT_AS = "_console_organisation"


class StaffConsole(UnfoldAdminSite):
    """Only pages that know whose rows they show: packages' own admin pages stay out."""

    index_template = "console/my_work.html"

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Register a scoped page; ignore the rest, which would show every organisation's rows."""
        if admin_class is not None and issubclass(admin_class, ScopedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Lazy: what is loaded into a page asks for nothing above it.
        banners = SimpleLazyObject(lambda: banners_for(request))
        context: dict[str, Any] = super().each_context(request)
        return context | {"banners": banners}

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter_console(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Everybody signs in by the same door, with its limits and second factors."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise PermissionDenied(_("These pages are for people who work here."))
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(wanted)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = LogoutView.as_view(next_page=settings.ACCOUNT_LOGOUT_REDIRECT_URL)(request)
        return response

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is no page for an application: the menu leads to everything."""
        return HttpResponseRedirect(reverse("admin:index"))

    def menu(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The menu of one person: the pages of each group that they may open."""
        lines = sorted(self._menu_lines(request), key=_place)
        # Of the lines that lead to the page's address, the longest is where the person is.
        here = max(
            (link for _entry, _title, link in lines if request.path.startswith(link)), key=len, default=""
        )
        groups = {group: [line for line in lines if line[0].group is group] for group in MenuGroup}
        return [_menu_group(group, found, here) for group, found in groups.items() if found]

    def _menu_lines(self, request: HttpRequest) -> Iterable[tuple[MenuEntry, str, str]]:
        for model, page in self._registry.items():
            entry = page.menu
            if entry is not None and page.is_in_menu(request.user):
                meta = model._meta
                link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
                yield entry, capfirst(str(entry.title or meta.verbose_name_plural)), link
        for extra in EXTRA_ENTRIES:
            if extra.is_shown(request):
                yield extra.entry, capfirst(str(extra.entry.title)), _address(extra.url_name)


def _address(url_name: str) -> str:
    """Of a page of the console, or of another app that names its own namespace."""
    return reverse(url_name if ":" in url_name else f"admin:{url_name}")


def _place(line: tuple[MenuEntry, str, str]) -> tuple[int, str]:
    entry, title, _link = line
    return entry.position, title


def _menu_group(group: MenuGroup, lines: list[tuple[MenuEntry, str, str]], here: str) -> dict[str, Any]:
    return {
        "title": group.value,
        "separator": group is not MenuGroup.WORK,
        "items": [
            {"title": title, "icon": entry.icon, "link": link, "active": link == here}
            for entry, title, link in lines
        ],
    }


# What the settings of the look ask per request


def organisation_of(request: HttpRequest) -> Organisation | None:
    """The organisation in whose name a page of the console speaks; read once per request."""
    if not hasattr(request, _KEPT_AS):
        enters = may_enter_console(getattr(request, "user", None))
        setattr(request, _KEPT_AS, console_organisation(request.user) if enters else None)
    organisation: Organisation | None = getattr(request, _KEPT_AS)
    return organisation


def header(request: HttpRequest) -> str:
    organisation = organisation_of(request)
    return organisation.name if organisation else settings.SITE_NAME


def title(request: HttpRequest) -> str:
    return _("%(organisation)s console") % {"organisation": header(request)}


def subheader(request: HttpRequest) -> str:
    return _("Staff console")


def accent(request: HttpRequest) -> dict[str, str]:
    """The shades of the organisation's accent colour."""
    organisation = organisation_of(request)
    return dict(ACCENT_SHADES[organisation.accent if organisation else "jacaranda"])


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu, as unfold's settings ask for it."""
    lines: list[dict[str, Any]] = admin.site.menu(request)  # type: ignore[attr-defined]
    return lines
