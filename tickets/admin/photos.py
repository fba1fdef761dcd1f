"""Photos in the console: how each stands, the buttons that publish and hide it, and those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import MenuEntry, MenuGroup, add_menu_entry
from common.errors import NotFound
from tickets.actions.moderation import hide_photo, publish_photo
from tickets.admin.conversations import may_talk
from tickets.admin.rows import ticket_url
from tickets.admin.verb_form import VerbForm
from tickets.admin.words import Word, moment
from tickets.desk import attachment_of, looks_at_photos, waiting_photos
from tickets.enums import Visibility
from tickets.models import Attachment, Ticket
from tickets.permissions import can_use
from tickets.workflow import Verb

PUBLISH, HIDE = "publish-photo", "hide-photo"


class _PhotoForm(VerbForm):
    """Asks nothing: the button stands beside its photo."""

    photo = forms.UUIDField(widget=forms.HiddenInput)

    def chosen_photo(self) -> Attachment:
        """Raises NotFound for one of another ticket."""
        found = attachment_of(self.ticket, self.cleaned_data["photo"])
        if found is None:
            raise NotFound
        return found


class PublishPhotoForm(_PhotoForm):
    done = gettext_lazy("Whoever may see the ticket sees the photo.")

    def act(self) -> Any:
        return publish_photo(self.chosen_photo(), acting_user=self.user)


class HidePhotoForm(_PhotoForm):
    done = gettext_lazy("The photo is hidden: only staff see it.")

    def act(self) -> Any:
        return hide_photo(self.chosen_photo(), acting_user=self.user)


@dataclass(frozen=True)
class PhotoButton:
    label: str | Promise
    icon: str
    url: str
    is_first: bool


@dataclass(frozen=True)
class PhotoCard:
    key: str
    url: str
    kind: str
    width: int | None
    height: int | None
    state: Word
    sent: str
    buttons: list[PhotoButton]
    ticket: Ticket
    ticket_url: str


def photo_card(ticket: Ticket, photo: Attachment, user: Any) -> PhotoCard:
    return PhotoCard(
        key=str(photo.pk),
        url=reverse("admin:tickets_ticket_photo", args=[ticket.pk, photo.pk]),
        kind=photo.get_kind_display(),
        width=photo.width,
        height=photo.height,
        state=_state(photo),
        sent=moment(photo.created_at),
        buttons=_buttons(ticket, photo, user),
        ticket=ticket,
        ticket_url=ticket_url(ticket),
    )


def _state(photo: Attachment) -> Word:
    if photo.waits_since is not None:
        return Word(_("to be looked at"), "waiting", "hourglass_top")
    if photo.is_hidden:
        return Word(_("hidden: staff only"), "note", "visibility_off")
    is_public = photo.visibility == Visibility.PUBLIC
    return Word(photo.get_visibility_display(), "quiet", "public" if is_public else "group")


def _buttons(ticket: Ticket, photo: Attachment, user: Any) -> list[PhotoButton]:
    buttons = []
    if (photo.is_waiting or photo.is_hidden) and can_use(user, Verb.PUBLISH_PHOTO, ticket):
        label = gettext_lazy("Publish") if photo.is_waiting else gettext_lazy("Show again")
        buttons.append(PhotoButton(label, "visibility", _verb_url(ticket, PUBLISH), is_first=True))
    if not photo.is_hidden and can_use(user, Verb.HIDE_PHOTO, ticket):
        label = gettext_lazy("Hide")
        buttons.append(PhotoButton(label, "visibility_off", _verb_url(ticket, HIDE), is_first=False))
    return buttons


def _verb_url(ticket: Ticket, slug: str) -> str:
    return reverse("admin:tickets_ticket_verb", args=[ticket.pk, slug])


def photos_to_look_at(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if not may_talk(request.user):
        raise PermissionDenied
    pile = waiting_photos(request.user)
    context = site_context | {
        "title": _("Photos to look at"),
        "cards": [photo_card(photo.ticket, photo, request.user) for photo in pile.photos],
        "height": pile.height,
        "has_more": pile.has_more,
        "back_to": reverse("admin:tickets_photos"),
    }
    return TemplateResponse(request, "console/photos.html", context)


add_menu_entry(
    MenuEntry(MenuGroup.WORK, "photo_library", 36, gettext_lazy("Photos to look at")),
    url_name="tickets_photos",
    is_shown=lambda request: may_talk(request.user) and looks_at_photos(request.user),
)
