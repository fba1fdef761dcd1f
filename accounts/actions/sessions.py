"""Everything that is signed in as a person ends."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User


def sign_out_everywhere(person: User, *, acting_user: User) -> User:
    """Sessions and access tokens die of the new round, refresh tokens are on the revocation list too."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(sign_in_round=F("sign_in_round") + 1)
        live = OutstandingToken.objects.filter(user=person, blacklistedtoken__isnull=True)
        BlacklistedToken.objects.bulk_create(
            [BlacklistedToken(token=token) for token in live], ignore_conflicts=True
        )
    person.refresh_from_db(fields=["sign_in_round"])
    return person
