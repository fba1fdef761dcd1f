"""Somebody is invited by mail and joins by its link: with a new account, or with the one they have."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.deletion import delete_account
from accounts.actions.invitations import (
    AccountClosed,
    AlreadyInvited,
    HasJoined,
    Person,
    SignInToJoin,
    WrongInvitation,
    invite,
    invite_again,
    join,
    withdraw_invitation,
)
from accounts.actions.people import AlreadyMember, NotJoined, change_membership
from accounts.actions.sign_up import WeakPassword
from accounts.enums import Capability, MembershipState, Role
from accounts.invitation_links import link_token
from accounts.mail import MailNotSent
from accounts.models import Invitation, Membership, User
from accounts.permissions import has_capability
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory
from common.errors import DomainError, InvalidInput, NotAllowed
from tests.inboxes import Inbox

pytestmark = pytest.mark.django_db
KAGISO = Person("Kagiso Molefe", "Kagiso@Example.org")
NOBODY = AnonymousUser()


@pytest.fixture
def boss() -> Membership:
    boss: Membership = MembershipFactory.create(role=Role.ORGANISATION_ADMIN)
    return boss


@pytest.fixture
def asleep(boss: Membership) -> Membership:
    return invite(boss.organisation, KAGISO, role=Role.AGENT, acting_user=boss.user)


def account(**fields: Any) -> User:
    """Somebody who confirmed this address."""
    person: User = UserFactory.create(email="kagiso@example.org", password=PASSWORD, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def path_in(text: str) -> str:
    found = re.search(r"^http://\S+?(/account/join/\S+/)\r?$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


def path_in_mail() -> str:
    return path_in(str(mail.outbox[-1].body))


def token_of(membership: Membership) -> str:
    return link_token(Invitation.objects.get(membership=membership))


def everything() -> list[Any]:
    models: tuple[Any, ...] = (User, Membership, Invitation, EmailAddress)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refuses(error: type[DomainError], call: Callable[[], Any]) -> DomainError:
    """The call is refused so, and has changed nothing and told nobody."""
    before, told = everything(), len(mail.outbox)
    with pytest.raises(error) as refusal:
        call()
    assert (everything(), len(mail.outbox)) == (before, told)
    return refusal.value


# Inviting


def test_the_mail_says_who_asks_for_what_and_carries_no_password(
    mailbox: Inbox, site_url: str, boss: Membership
) -> None:
    invite(boss.organisation, KAGISO, role=Role.DEPARTMENT_ADMIN, acting_user=boss.user)
    [message] = mailbox.to("kagiso@example.org")
    assert message.subject == f"{boss.organisation.name} asks you to join"
    assert "Kagiso Molefe" in message.text
    assert "department admin" in message.text
    assert (
        path_in(message.text)
        == f"/account/join/{token_of(boss.organisation.memberships.get(is_active=False))}/"
    )
    assert "password" not in message.text.lower()


@pytest.fixture
def site_url(settings: Any) -> str:
    settings.SITE_URL = "http://lokisa.example"
    return str(settings.SITE_URL)


def test_an_address_with_an_account_and_one_without_cost_and_answer_the_same(boss: Membership) -> None:
    account()
    UserFactory.create(email="gone@example.org", is_active=False)
    MembershipFactory.create(user=UserFactory.create(email="elsewhere@example.org"))
    # Who may do what is read once.
    has_capability(boss.user, Capability.MANAGE_ORGANISATION, boss.organisation_id)
    shapes = set()
    for address in ("kagiso@example.org", "gone@example.org", "elsewhere@example.org", "nobody@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            made = invite(
                boss.organisation, Person("Kagiso", address), role=Role.AGENT, acting_user=boss.user
            )
        statements = tuple(re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries)
        shapes.add(
            (
                statements,
                made.user.email,
                made.user.full_name,
                made.is_active,
                made.user_id == made.invitation.pk,
            )
        )
    assert len(shapes) == 1
    assert len(mail.outbox) == 4


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (Person("Kagiso", "no address"), "email"),
        (Person("Kagiso", f"{'k' * 250}@example.org"), "email"),
        (Person("", "kagiso@example.org"), "name"),
        (Person("Ka\x07giso", "kagiso@example.org"), "name"),
        (Person("Kagiso", "kagiso@example.org", phone="123"), "phone"),
        (Person("Kagiso", "kagiso@example.org", language="xx"), "language"),
    ],
)
def test_nonsense_is_refused_by_the_field(boss: Membership, person: Person, field: str) -> None:
    refusal = refuses(
        InvalidInput, lambda: invite(boss.organisation, person, role=Role.AGENT, acting_user=boss.user)
    )
    assert refusal.field == field


def test_nobody_is_invited_twice_or_into_what_they_are_already(boss: Membership, asleep: Membership) -> None:
    again = Person("K.", "KAGISO@example.org")
    refuses(AlreadyInvited, lambda: invite(boss.organisation, again, role=Role.AGENT, acting_user=boss.user))
    own = Person("Boss", str(boss.user.email))
    refuses(AlreadyMember, lambda: invite(boss.organisation, own, role=Role.AGENT, acting_user=boss.user))
    other = MembershipFactory.create(role=Role.ORGANISATION_ADMIN)
    invite(other.organisation, KAGISO, role=Role.AGENT, acting_user=other.user)
    assert Invitation.objects.count() == 2


def test_only_admins_of_the_organisation_invite_and_only_staff(boss: Membership) -> None:
    strangers = [
        MembershipFactory.create(organisation=boss.organisation, role=Role.DEPARTMENT_ADMIN).user,
        MembershipFactory.create(role=Role.ORGANISATION_ADMIN).user,
    ]
    for person in strangers:
        refuses(NotAllowed, partial(invite, boss.organisation, KAGISO, role=Role.AGENT, acting_user=person))
    refuses(
        InvalidInput,
        lambda: invite(boss.organisation, KAGISO, role=Role.RESIDENT, acting_user=boss.user),
    )


def test_of_an_invitation_that_cannot_be_sent_nothing_stays(mailbox: Inbox, boss: Membership) -> None:
    with mailbox.refusing():
        refuses(
            MailNotSent, lambda: invite(boss.organisation, KAGISO, role=Role.AGENT, acting_user=boss.user)
        )


def test_who_was_invited_is_woken_by_nobody_else(boss: Membership, asleep: Membership) -> None:
    refuses(
        NotJoined, lambda: change_membership(asleep, role=Role.AGENT, is_active=True, acting_user=boss.user)
    )
    changed = change_membership(asleep, role=Role.AUDITOR, is_active=False, acting_user=boss.user)
    assert (changed.role, changed.state) == (Role.AUDITOR, MembershipState.INVITED)


# Joining


def test_somebody_new_chooses_a_password_and_is_the_person_who_was_invited(
    boss: Membership, asleep: Membership, client: Client
) -> None:
    path = path_in_mail()
    page = client.get(path)
    assert (
        page.status_code,
        "never_cache" in str(page["Cache-Control"]) or "no-store" in page["Cache-Control"],
    ) == (200, True)
    weak = client.post(path, {"password": "password12"})
    assert (weak.status_code, list(weak.context["form"].errors)) == (400, ["password"])

    joined = client.post(path, {"password": PASSWORD})

    assert (joined.status_code, joined["Location"]) == (302, "/console/")
    person = User.objects.get(email="kagiso@example.org")
    membership = person.memberships.get()
    assert (person.pk, membership.pk) == (asleep.user_id, asleep.pk)
    assert (membership.is_active, membership.state, person.is_staff) == (True, "active", True)
    assert person.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=person).verified is True
    assert client.get("/console/").status_code == 200
    assert client.get(path).status_code == 404


def test_somebody_with_an_account_joins_with_it_and_it_stays_as_it_is(
    boss: Membership, asleep: Membership, client: Client
) -> None:
    person = account(full_name="K. M.")
    path = path_in_mail()
    assert "Sign in" in client.get(path).content.decode()
    assert client.post(path, {"password": "another-password"}).status_code == 200
    assert person.memberships.count() == 0

    client.force_login(person)
    joined = client.post(path)

    assert (joined.status_code, joined["Location"]) == (302, "/console/")
    membership = person.memberships.get()
    assert (membership.pk, membership.role, membership.is_active) == (asleep.pk, Role.AGENT, True)
    person.refresh_from_db()
    assert (person.full_name, person.is_staff, person.check_password(PASSWORD)) == ("K. M.", True, True)
    assert not User.objects.filter(pk=asleep.user_id).exists()


def test_a_link_in_other_hands_opens_nobodys_account(boss: Membership, asleep: Membership) -> None:
    account()
    token = token_of(asleep)
    for somebody in (NOBODY, UserFactory.create(), boss.user):
        refuses(SignInToJoin, partial(join, token, password=PASSWORD, acting_user=somebody))


def test_an_account_in_anothers_name_falls_to_who_reads_the_mails(
    boss: Membership, asleep: Membership, client: Client
) -> None:
    squatter = UserFactory.create(email="kagiso@example.org", password="the-squatters-own-words")
    client.force_login(squatter)
    refuses(WeakPassword, lambda: join(token_of(asleep), acting_user=squatter))

    join(token_of(asleep), password=PASSWORD, acting_user=NOBODY)

    squatter.refresh_from_db()
    assert squatter.check_password(PASSWORD)
    assert client.get("/account/").status_code == 302


def test_a_closed_account_does_not_come_back_by_an_invitation(boss: Membership, asleep: Membership) -> None:
    account(is_active=False)
    refuses(AccountClosed, lambda: join(token_of(asleep), password=PASSWORD, acting_user=NOBODY))


@pytest.mark.parametrize("change", ["cut", "another", "too old", "replaced", "withdrawn", "used", "closed"])
def test_a_link_that_is_not_the_last_one_does_nothing(
    boss: Membership, asleep: Membership, change: str, client: Client
) -> None:
    token, at = token_of(asleep), timezone.now()
    if change == "cut":
        token = token[:-1]
    elif change == "another":
        token = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    elif change == "too old":
        at += timedelta(days=7, seconds=1)
    elif change == "replaced":
        invite_again(asleep, acting_user=boss.user)
    elif change == "withdrawn":
        withdraw_invitation(asleep, acting_user=boss.user)
    elif change == "used":
        join(token, password=PASSWORD, acting_user=NOBODY)
    else:
        boss.organisation.is_active = False
        boss.organisation.save()
    with time_machine.travel(at, tick=False):
        refuses(WrongInvitation, lambda: join(token, password=PASSWORD, acting_user=NOBODY))
        page = client.get(f"/account/join/{token}/")
        assert (page.status_code, "does not work any more" in page.content.decode()) == (404, True)


def test_an_invitation_that_grew_old_is_sent_again(boss: Membership, asleep: Membership) -> None:
    later = timezone.now() + timedelta(days=30)
    with time_machine.travel(later, tick=False):
        again = invite_again(asleep, acting_user=boss.user)
        assert (again.sent_at, again.expires_at) == (later, later + timedelta(days=7))
        join(token_of(asleep), password=PASSWORD, acting_user=NOBODY)
    assert [message.to for message in mail.outbox] == [["kagiso@example.org"]] * 2


def test_who_has_joined_is_neither_invited_again_nor_withdrawn(boss: Membership, asleep: Membership) -> None:
    join(token_of(asleep), password=PASSWORD, acting_user=NOBODY)
    refuses(HasJoined, lambda: invite_again(asleep, acting_user=boss.user))
    refuses(HasJoined, lambda: withdraw_invitation(asleep, acting_user=boss.user))


def test_of_a_withdrawn_invitation_nothing_is_left(boss: Membership, asleep: Membership) -> None:
    withdraw_invitation(asleep, acting_user=boss.user)
    assert (Invitation.objects.count(), Membership.objects.count(), User.objects.count()) == (0, 1, 1)


@pytest.mark.parametrize(
    "before", [{"role": Role.RESIDENT}, {"role": Role.CALL_CENTRE, "is_active": False}], ids=str
)
def test_who_was_here_before_comes_back_as_what_they_were_asked_to_be(
    boss: Membership, before: dict[str, Any]
) -> None:
    person = account()
    old = MembershipFactory.create(organisation=boss.organisation, user=person, **before)
    asleep = invite(boss.organisation, KAGISO, role=Role.AGENT, acting_user=boss.user)

    join(token_of(asleep), acting_user=person)

    membership = person.memberships.get()
    assert (membership.pk, membership.role, membership.is_active) == (old.pk, Role.AGENT, True)
    assert Membership.objects.count() == 2


def test_who_became_a_member_meanwhile_needs_no_invitation(boss: Membership, asleep: Membership) -> None:
    person = account()
    MembershipFactory.create(organisation=boss.organisation, user=person)
    refuses(AlreadyMember, lambda: join(token_of(asleep), acting_user=person))


def test_a_deleted_account_leaves_no_address_behind(boss: Membership, asleep: Membership) -> None:
    join(token_of(asleep), password=PASSWORD, acting_user=NOBODY)
    person = User.objects.get(email="kagiso@example.org")
    delete_account(person, password=PASSWORD, acting_user=person)
    assert Invitation.objects.count() == 0


def test_a_phone_number_that_is_free_comes_along(boss: Membership) -> None:
    UserFactory.create(phone="+27821234567")
    for number, expected in (("082 123 4567", None), ("082 123 4568", "+27821234568")):
        asked = Person("Kagiso", f"{number[-1]}@example.org", phone=number)
        asleep = invite(boss.organisation, asked, role=Role.AGENT, acting_user=boss.user)
        person = join(token_of(asleep), password=PASSWORD, acting_user=NOBODY).user
        assert person.phone == expected
