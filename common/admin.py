"""What every page of the staff console rests on: rows in reach, rights by role, refusals as messages.

Knows no domain: an app says in its subclass what a person reaches (`scope`) and may do (`may_*`),
and how the page stands in the menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms import HiddenInput, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.paginator import InfinitePaginator

from common.errors import DomainError, NotFound


class MenuGroup(Enum):
    """The headings of the menu, in their order."""

    WORK = _("Work")
    DEPARTMENTS = _("Departments")
    PLACES = _("Places")
    PEOPLE = _("People and organisation")
    OVERSIGHT = _("Oversight")


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu. `position` orders it in its group."""

    group: MenuGroup
    icon: str
    position: int = 50
    title: str | Promise = ""


@dataclass(frozen=True)
class ExtraEntry:
    """A line of the menu that leads to a page of its own instead of a model's list."""

    entry: MenuEntry
    url_name: str
    is_shown: Callable[[HttpRequest], bool]


EXTRA_ENTRIES: list[ExtraEntry] = []


def add_menu_entry(entry: MenuEntry, *, url_name: str, is_shown: Callable[[HttpRequest], bool]) -> None:
    """Put a page of its own into the menu. `url_name` without a namespace is the console's."""
    EXTRA_ENTRIES.append(ExtraEntry(entry, url_name, is_shown))


class _ScopedChoices:
    """Fields that choose a row offer, and accept, only what the person reaches."""

    admin_site: Any

    # Fields that nobody is asked for where there is only one choice.
    taken_for_granted: ClassVar[tuple[str, ...]] = ("organisation",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the little buttons beside a choice: rows are added and changed on their own pages."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self.choices_for(db_field, request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name in self.taken_for_granted:
            only = list(kwargs["queryset"].order_by()[:2])
            if len(only) == 1:
                field.initial = only[0].pk
                field.widget = HiddenInput()
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self.choices_for(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def choices_for(self, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows that a field may refer to: what the console shows of that model, else nothing."""
        related = db_field.remote_field.model
        if self.admin_site.is_registered(related):
            rows: models.QuerySet[Any] = self.admin_site.get_model_admin(related).rows_to_choose(request)
            return rows
        if hasattr(related._default_manager, "visible_to"):
            visible: models.QuerySet[Any] = related._default_manager.visible_to(request.user)
            return visible
        return related._default_manager.none()  # type: ignore[no-any-return]


class ScopedModelAdmin(_ScopedChoices, ModelAdmin):
    """The rows a person reaches, and what their role lets them do with these.

    Everything is refused until a subclass allows it. A row out of reach is 404, whatever the page.
    """

    menu: ClassVar[MenuEntry | None] = None
    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    list_max_show_all = 50
    list_filter_submit = True
    warn_unsaved_form = True
    # Counting every filter's rows would read whole tables.
    show_facets = ShowFacets.NEVER

    # Whom it concerns

    def scope(self, rows: Any, user: Any) -> Any:
        """The rows that this person reaches."""
        return rows.visible_to(user)

    def may_view(self, user: Any, row: Any = None) -> bool:
        """Whether the person may look at these pages, or at a row in reach."""
        return True

    def may_add(self, user: Any) -> bool:
        return False

    def may_change(self, user: Any, row: Any = None) -> bool:
        """Whether the person may change a row in reach; without a row, whether any at all."""
        return False

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return False

    def is_in_menu(self, user: Any) -> bool:
        """Whether the menu leads there; who does not need a page may still follow a link to it."""
        return self.may_view(user)

    # The same, as Django asks it

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return self.scope(super().get_queryset(request), request.user)  # type: ignore[no-any-return]

    def rows_to_choose(self, request: HttpRequest) -> models.QuerySet[Any]:
        """What fields of other pages offer of this model."""
        return self.get_queryset(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_view(request.user, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete(request.user, obj)

    # What is out of reach, and what is refused

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, if it is in reach. Raises Http404: an outsider cannot tell that it exists."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404(str(NotFound.sentence))
        return row

    def get_actions(self, request: HttpRequest) -> Any:
        """Without "delete selected": what may be deleted is deleted one by one, with its page read."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Headed by what it lists, not by an instruction to select something."""
        heading = self.head(request)
        return super().changelist_view(request, {"title": heading, **(extra_context or {})})

    def head(self, request: HttpRequest) -> str:
        """What the menu calls these rows; the page's header says the same."""
        title = (self.menu.title if self.menu else "") or self.opts.verbose_name_plural
        heading = capfirst(str(title))
        request.console_heading = heading  # type: ignore[attr-defined]
        return heading

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        self.head(request)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            return self.say_refusal(request, refusal)

    def say_refusal(
        self, request: HttpRequest, refusal: DomainError, *, back_to: str | None = None
    ) -> HttpResponse:
        """Answer a refusal with its sentence, on the page it came from or on `back_to`."""
        if isinstance(refusal, NotFound):
            raise Http404(refusal.message) from refusal
        self.message_user(request, refusal.message, messages.ERROR)
        return HttpResponseRedirect(back_to or request.get_full_path())


class OwnedForm(ModelForm[Any]):
    """Rows of one organisation refer only to rows of the same, even where a person reaches several."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("organisation")
        owner = chosen.pk if chosen else getattr(self.instance, "organisation_id", None)
        for name, value in cleaned.items():
            if owner is not None and getattr(value, "organisation_id", owner) != owner:
                self.add_error(name, _("Choose one of the same organisation."))
        return cleaned


class ReadOnlyAdmin(ScopedModelAdmin):
    """Rows that the console shows and never writes, such as an audit trail."""

    def may_add(self, user: Any) -> bool:
        return False

    def may_change(self, user: Any, row: Any = None) -> bool:
        return False

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return False


class _InlineRights(_ScopedChoices):
    """Inline rows belong to the row of the page: who may change that one may change them."""

    extra = 0
    parent_model: Any
    may_delete_rows: ClassVar[bool] = True

    def _may_change_parent(self, request: HttpRequest, obj: Any) -> bool:
        parent = self.admin_site.get_model_admin(self.parent_model)
        if obj is None:
            return bool(parent.may_add(request.user))
        return bool(parent.may_change(request.user, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return self._may_change_parent(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change_parent(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete_rows and self._may_change_parent(request, obj)


class ScopedTabularInline(_InlineRights, TabularInline):
    """Rows of the page's row, as a table."""

    hide_title = True


class ScopedStackedInline(_InlineRights, StackedInline):
    """Rows of the page's row, one below the other."""
