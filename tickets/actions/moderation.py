"""Staff look at photos, and publish or hide them."""

from __future__ import annotations

from typing import Any

from tickets.actions.attachments import usual_visibility
from tickets.actions.change import changing
from tickets.enums import Visibility
from tickets.models import Attachment
from tickets.workflow import Verb


def publish_photo(photo: Attachment, *, acting_user: Any) -> Attachment:
    """Show a photo that waits or was hidden to whoever sees its ticket; one of a message to its two sides.

    In every status, and again changes nothing. Raises NotFound, NotAllowed.
    """
    return _show(photo, None, Verb.PUBLISH_PHOTO, acting_user=acting_user)


def hide_photo(photo: Attachment, *, acting_user: Any) -> Attachment:
    """Take a photo out of everybody's sight but staff's, whoever sent it and whether it waited or was public.

    In every status, and again changes nothing. Raises NotFound, NotAllowed.
    """
    return _show(photo, Visibility.STAFF, Verb.HIDE_PHOTO, acting_user=acting_user)


def _show(photo: Attachment, visibility: Visibility | None, verb: Verb, *, acting_user: Any) -> Attachment:
    with changing(photo.ticket, verb, acting_user=acting_user) as change:
        # The ticket is locked: nobody else decides about its photos meanwhile.
        kept = change.ticket.attachments.select_related("message").get(pk=photo.pk)
        shown_to = visibility or _shown_to(kept)
        if kept.is_waiting or kept.visibility != shown_to:
            kept.visibility, kept.waits_since = shown_to, None
            kept.save(update_fields=["visibility", "waits_since"])
            change.record_rule(data={"attachment": str(kept.pk)})
        return kept


def _shown_to(photo: Attachment) -> Visibility:
    """Who sees it when nothing stands against it."""
    return Visibility(photo.message.visibility) if photo.message else usual_visibility(photo.ticket)
