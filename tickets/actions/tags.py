"""Tags of a ticket: words of the staff's own, the same whatever their case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.text import checked_text
from tickets.actions.change import changing
from tickets.models import Ticket
from tickets.tags import LONGEST_TAG, MOST_TAGS, fold_tag
from tickets.workflow import Verb


def change_tags(
    ticket: Ticket,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    acting_user: Any,
    expected_version: int | None = None,
) -> Ticket:
    """Add and remove tags of what the ticket has now, so that two people at once lose none.

    Adding what is there and removing what is not changes nothing. Raises InvalidInput for tags that
    cannot be kept and for too many, and what `changing` raises.
    """
    gone = {fold_tag(tag) for tag in remove}
    with changing(ticket, Verb.EDIT, acting_user=acting_user, expected_version=expected_version) as change:
        kept = [tag for tag in change.ticket.tags if tag not in gone]
        change.write(tags=checked_tags([*kept, *add]))
        if change.changes:
            change.record_rule()
        return change.ticket


def checked_tags(tags: Iterable[str]) -> list[str]:
    """The tags as they are kept, each once and in their order. Raises InvalidInput."""
    cleaned = [tag for tag in dict.fromkeys(map(fold_tag, tags)) if tag]
    if len(cleaned) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in cleaned):
        raise InvalidInput(_("At most twenty tags of at most forty characters."), field="tags")
    for tag in cleaned:
        checked_text(tag, field="tags", most=LONGEST_TAG)
    return cleaned
