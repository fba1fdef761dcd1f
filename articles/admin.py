"""Help articles in the console: written here, looked at on the residents' own page, then published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability_anywhere
from articles.models import Article
from articles.permissions import can_write
from common.admin import MenuEntry, MenuGroup, OwnedForm, ScopedModelAdmin


class ArticleForm(OwnedForm):
    def clean_categories(self) -> Any:
        """Kinds of the same organisation: whoever reaches several could mix them up."""
        chosen = self.cleaned_data["categories"]
        owner = self.cleaned_data.get("organisation") or getattr(self.instance, "organisation", None)
        if owner is not None and any(kind.organisation_id != owner.pk for kind in chosen):
            self.add_error("categories", _("Choose one of the same organisation."))
        return chosen


@admin.register(Article)
class ArticleAdmin(ScopedModelAdmin):
    menu = MenuEntry(MenuGroup.DEPARTMENTS, "menu_book", 60)
    form = ArticleForm
    list_display = ("title", "topic", "language", "is_published", "helped_words", "updated_at")
    list_filter = ("is_published", "topic", "language")
    search_fields = ("title", "summary", "keywords")
    search_help_text = _("Words of the title or keywords")
    ordering = ("topic", "title", "pk")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("organisation", "title", "slug", "summary", "body", "source")}),
        (
            _("Where it is found"),
            {"fields": ("topic", "keywords", "categories", "language")},
        ),
        (_("Readers"), {"fields": ("is_published", "preview", "helped_words")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_counts()

    def scope(self, rows: Any, user: Any) -> Any:
        return rows.written_by(user)

    def may_view(self, user: Any, row: Any = None) -> bool:
        return self.may_change(user, row)

    def may_add(self, user: Any) -> bool:
        return has_capability_anywhere(user, Capability.MANAGE_DEPARTMENT)

    def may_change(self, user: Any, row: Any = None) -> bool:
        return self.may_add(user) if row is None else can_write(user, row)

    def may_delete(self, user: Any, row: Any = None) -> bool:
        return self.may_change(user, row)

    def choices_for(self, db_field: Any, request: HttpRequest) -> Any:
        if db_field.name == "organisation":
            rows = self.admin_site.get_model_admin(Organisation).get_queryset(request)
            return rows.granting(request.user, Capability.MANAGE_DEPARTMENT)
        return super().choices_for(db_field, request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation", "preview", "helped_words") if obj else ("preview", "helped_words")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @display(description=_("did it help?"))
    def helped_words(self, article: Article) -> str:
        yes, no = getattr(article, "helped", 0), getattr(article, "not_helped", 0)
        return _("%(yes)d yes, %(no)d no") % {"yes": yes, "no": no}

    @display(description=_("preview"))
    def preview(self, article: Article) -> str:
        """The residents' page, which shows its writers what is not published too."""
        if article._state.adding:
            return str(_("After saving it."))
        address = reverse("articles:article", args=[article.slug])
        return format_html('<a class="c-link" href="{}">{}</a>', address, _("See it as residents do"))
