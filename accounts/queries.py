from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.contacts import Contact, ContactKind
from accounts.enums import Role
from accounts.models import ApiKey, Membership, Organisation, User
from accounts.permissions import is_operator, own_organisations, remember_roles, roles_of
from accounts.querysets import ApiKeyQuerySet, MembershipQuerySet, UserQuerySet
from accounts.roles import STAFF_ROLES
from common.errors import InvalidInput, NotAllowed, NotFound


def organisation_for_host(host: str) -> Organisation | None:
    """The organisation whose public pages a host name shows.

    Its own domain first; otherwise the first municipality that residents may report to.
    """
    return Organisation.objects.open_to_the_public().of_host_first(host.split(":")[0]).first()


def console_organisation(user: Any) -> Organisation | None:
    """The organisation as which the console presents itself to a person."""
    return Organisation.objects.active().staffed_by(user).municipalities_first().first()


def organisations_staffed_by(user: Any) -> list[Organisation]:
    """Where the person works, municipalities first."""
    return list(Organisation.objects.active().staffed_by(user).municipalities_first())


def organisations_managed_by(user: Any) -> list[Organisation]:
    """The active organisations that the person looks after, by name."""
    return list(Organisation.objects.active().managed_by(user).order_by("name"))


def colleagues_of(user: Any) -> UserQuerySet:
    """The people that a person meets in the console."""
    return UserQuerySet(User).colleagues_of(user)


def demands_second_factor(user: User) -> bool:
    """Whether the person works for an organisation that asks for a second factor and has none yet."""
    memberships = Membership.objects.of_user(user).active().of_staff()
    required = memberships.filter(organisation__second_factor_required=True)
    return required.exists() and not is_mfa_enabled(user)


def people_with_roles(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, User]:
    """Those of these people who are active, with their roles read: two queries, however many there are."""
    people = User.objects.filter(pk__in=ids, is_active=True).in_bulk()
    roles: dict[uuid.UUID, dict[uuid.UUID, Role]] = {person: {} for person in people}
    memberships = Membership.objects.active().filter(user_id__in=list(people))
    for user_id, organisation_id, role in memberships.values_list("user_id", "organisation_id", "role"):
        roles[user_id][organisation_id] = Role(role)
    for key, person in people.items():
        remember_roles(person, roles[key])
    return people


def people_kept_out(people: Collection[User]) -> set[uuid.UUID]:
    """Of these, for whom `demands_second_factor` holds."""
    memberships = Membership.objects.active().of_staff().filter(user_id__in=[person.pk for person in people])
    asked = memberships.filter(organisation__second_factor_required=True)
    have = Authenticator.objects.filter(user_id__in=asked.values("user_id")).values("user_id")
    return set(asked.exclude(user_id__in=have).values_list("user_id", flat=True))


def live_keys(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ApiKey]:
    """Those of these keys with which somebody may come now."""
    keys = ApiKey.objects.live(timezone.now()).select_related("user", "organisation")
    return keys.filter(pk__in=ids, organisation__is_active=True, user__is_active=True).in_bulk()


def find_user_by_email(email: str) -> User | None:
    return UserQuerySet(User).with_email(email).first()


def find_user_by_phone(phone: str) -> User | None:
    """Who has confirmed this number, in E.164."""
    return UserQuerySet(User).with_confirmed_phone(phone).first()


def find_user_by_contact(contact: Contact) -> User | None:
    """Whose address or number it is; of addresses also a further one that they have confirmed."""
    if contact.kind == ContactKind.PHONE:
        return find_user_by_phone(contact.value)
    further = EmailAddress.objects.filter(email__iexact=contact.value, verified=True).select_related("user")
    return find_user_by_email(contact.value) or next((address.user for address in further), None)


class UnknownOrganisation(InvalidInput):
    code = "unknown_organisation"
    sentence = gettext_lazy("There is no such organisation.")


class OrganisationNeeded(InvalidInput):
    code = "organisation_needed"
    sentence = gettext_lazy("You work in several organisations: say which one you mean.")


def choose_organisation(user: Any, *, slug: str | None, host: str) -> Organisation:
    """The organisation that a request is about: the one it names, else the person's own, else the host's.

    Raises UnknownOrganisation for one that is not there or not for them, OrganisationNeeded for
    somebody who works in several and names none, NotFound where a host has none to show.
    """
    if slug is not None:
        named = Organisation.objects.active().named(slug).first()
        if named is None or not _is_open_to(user, named):
            raise UnknownOrganisation(field="organisation")
        return named
    own = own_organisations(user)
    if len(own) > 1:
        raise OrganisationNeeded(field="organisation")
    chosen = Organisation.objects.active().filter(pk=own[0]).first() if own else organisation_for_host(host)
    if chosen is None:
        raise NotFound
    return chosen


def own_organisation(user: Any, *, slug: str | None = None) -> Organisation:
    """The organisation in whose name the person or the key comes.

    Raises NotAllowed for who belongs to none, OrganisationNeeded, UnknownOrganisation.
    """
    own = own_organisations(user)
    if slug is not None:
        reachable = Organisation.objects.active().named(slug)
        named = (reachable if is_operator(user) else reachable.filter(pk__in=own)).first()
        if named is None:
            raise UnknownOrganisation(field="organisation")
        return named
    if len(own) > 1:
        raise OrganisationNeeded(field="organisation")
    found = Organisation.objects.active().filter(pk__in=own).first()
    if found is None:
        raise NotAllowed(_("You work in no organisation."))
    return found


def find_key(organisation_id: uuid.UUID, key: uuid.UUID) -> ApiKey | None:
    return keys_of(organisation_id).filter(pk=key).first()


def keys_of(organisation_id: uuid.UUID) -> ApiKeyQuerySet:
    """The organisation's keys, those that have ended included."""
    return ApiKey.objects.of_organisation(organisation_id).select_related("organisation", "created_by")


def _is_open_to(user: Any, organisation: Organisation) -> bool:
    own = {*roles_of(user), *own_organisations(user)}
    return organisation.public_reports or is_operator(user) or organisation.pk in own


def staff_of(organisation_id: uuid.UUID) -> MembershipQuerySet:
    """The memberships of everybody who works in an organisation, with the people."""
    members = Membership.objects.of_organisation(organisation_id).active().filter(role__in=STAFF_ROLES)
    return members.select_related("user")


def agents_of(organisation_id: uuid.UUID) -> MembershipQuerySet:
    """Everybody who works in an organisation, was asked to, or did, with the people and invitations."""
    members = Membership.objects.of_organisation(organisation_id).of_staff()
    return members.filter(organisation__is_active=True).select_related("user", "invitation")


def find_colleague(organisation_id: uuid.UUID, key: str) -> User | None:
    """Somebody who works in the organisation, by id or e-mail address."""
    try:
        who = {"user_id": uuid.UUID(key)}
    except ValueError:
        return _first_user(staff_of(organisation_id).filter(user__email__iexact=key))
    return _first_user(staff_of(organisation_id).filter(**who))


def find_colleagues(organisation_id: uuid.UUID, keys: Sequence[str]) -> dict[str, User]:
    """Those who work in the organisation, by the id or e-mail address that they were asked for by."""
    by_id = {given: parsed for given in keys if (parsed := _as_uuid(given))}
    by_email = {given: given.lower() for given in keys if given not in by_id}
    emails = staff_of(organisation_id).annotate(email=Lower("user__email"))
    named = emails.filter(Q(user_id__in=by_id.values()) | Q(email__in=by_email.values()))
    people: dict[Any, User] = {}
    for membership in named:
        people[membership.user_id] = people[(membership.user.email or "").lower()] = membership.user
    return {given: people[name] for given, name in {**by_id, **by_email}.items() if name in people}


def colleagues_among(organisation_id: uuid.UUID, people: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these people who work in the organisation."""
    members = staff_of(organisation_id).filter(user_id__in=list(people))
    return set(members.values_list("user_id", flat=True))


def _as_uuid(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None


def _first_user(memberships: MembershipQuerySet) -> User | None:
    membership = memberships.first()
    return membership.user if membership else None


def memberships_of(user: User) -> list[Membership]:
    """The person's roles, with their organisations."""
    memberships = Membership.objects.of_user(user).active().select_related("organisation")
    return list(memberships.order_by("organisation__name", "pk"))
