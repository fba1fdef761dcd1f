"""The people of a ticket, checked before they are written."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.queries import colleagues_among
from common.errors import InvalidInput

MOST_PEOPLE = 100


class NamedTwice(InvalidInput):
    code = "named_twice"
    sentence = gettext_lazy("Somebody is named twice.")


class WorksElsewhere(InvalidInput):
    code = "works_elsewhere"
    sentence = gettext_lazy("This person does not work here.")


def checked_people(organisation_id: uuid.UUID, people: Sequence[User]) -> dict[uuid.UUID, User]:
    """People who are to work on a ticket, by their key. Raises NamedTwice, WorksElsewhere, InvalidInput."""
    if len(people) > MOST_PEOPLE:
        raise InvalidInput(_("At most %(most)d people, please.") % {"most": MOST_PEOPLE}, field="assignees")
    works_here = colleagues_among(organisation_id, [person.pk for person in people])
    unique: dict[uuid.UUID, User] = {}
    for person in people:
        if person.pk in unique:
            raise NamedTwice(_("%(name)s is named twice.") % {"name": person}, field="assignees")
        if person.pk not in works_here:
            raise WorksElsewhere(_("%(name)s does not work here.") % {"name": person}, field="assignees")
        unique[person.pk] = person
    return unique
