"""No request, whatever its role, filter, search, export or page, reaches another organisation's rows.

Every address is read from the resolver, every parameter from the API's description, every page from the
console's registry: what is new is tried without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from accounts.actions.keys import check_key
from accounts.enums import Role
from articles.models import Article
from tests.architecture.test_routes_have_a_policy import PUBLIC, PUBLIC_BRANCHES, REFUSED
from tests.isolation.addresses import all_addresses
from tests.isolation.asking import Asker, Call, Watch, get, text_of
from tests.isolation.calls import (
    api_reads,
    api_writes,
    console_reads,
    console_writes,
    page_calls,
    page_writes,
)
from tests.isolation.rows import OURS, marks_of, owned_models, rows_of, state_of
from tests.isolation.world import Neighbour, add_work, build_neighbour
from tickets.feed import readable_events
from tickets.live import Wanted, may_see_event
from tickets.models import Support, TicketEvent, Verification
from tickets.verification import link_token, short_key

pytestmark = pytest.mark.django_db

KEY = "a key"
# So many answers of each face show the rows to those whose they are: then the searching finds something.
ENOUGH = 30
WHO = [*Role.values, "reporter", KEY, "anonymous"]
# The strongest role, and those who have none. The others take minutes: `bin/test -m sweep`.
ALWAYS = {Role.ORGANISATION_ADMIN.value, KEY, "anonymous"}
# A company shows nothing at all; a municipality has public pages, which show some of it to anybody.
WHOSE = [(who, "company") for who in WHO]
WHOSE += [(who, "municipality") for who in (Role.ORGANISATION_ADMIN.value, "reporter", "anonymous")]
SWEPT = [who if who in ALWAYS else pytest.param(who, marks=pytest.mark.sweep) for who in WHO]
SWEPT_WHOSE = [
    pytest.param(who, kind, marks=() if who in ALWAYS and kind == "company" else pytest.mark.sweep)
    for who, kind in WHOSE
]


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def ours() -> Neighbour:
    return build_neighbour("ours.example.org", is_public=True)


@pytest.fixture
def theirs(kind: str) -> Neighbour:
    return build_neighbour("theirs.example.org", is_public=kind == "municipality")


@pytest.fixture
def company() -> Neighbour:
    return build_neighbour("theirs.example.org", is_public=False)


def asker_for(who: str, one: Neighbour, host: str) -> Asker:
    if who == KEY:
        return Asker(AnonymousUser(), host, token=f"Api-Key {one.key.secret}")
    return Asker(one.everybody()[who], host)


def leaks(asker: Asker, calls: Iterable[Call], watch: Watch) -> list[str]:
    return [
        f"{call} shows {sorted(found)[:3]}"
        for call in calls
        if (found := watch.found(call, text_of(asker.ask(call))))
    ]


def changes(asker: Asker, calls: Iterable[Call], watch: Watch, one: Neighbour) -> list[str]:
    """What changed the organisation or showed something of it. Nothing outlasts its request."""
    before, told = state_of(one), []
    for call in calls:
        asker.browser.cookies.load(asker.cookies)
        with transaction.atomic():
            response = asker.ask(call)
            found = watch.found(call, text_of(response))
            after = state_of(one) if response.status_code < 400 else before
            transaction.set_rollback(response.status_code < 400)
        differing = [label for label in before if before[label] != after[label]]
        if differing or found:
            told.append(
                f"{call} answered {response.status_code}, changed {differing}, shows {sorted(found)[:3]}"
            )
    return told if state_of(one) == before else [*told, "Something that was refused has changed a row."]


# The proof proves something


def test_there_is_a_row_of_every_kind_to_be_leaked(company: Neighbour) -> None:
    kept = state_of(company)
    ours = [
        model for model in owned_models() if model._meta.app_label in OURS and not model._meta.auto_created
    ]
    empty = [model._meta.label for model in ours if not kept[model._meta.label]]
    assert empty == [], "Make one in tests/isolation/world.py."


def test_the_organisations_own_admin_finds_its_rows_by_the_same_requests(company: Neighbour) -> None:
    watch = Watch(marks_of(company))
    asker = Asker(company.staff[Role.ORGANISATION_ADMIN], company.domain)
    for reads in (page_calls(company), api_reads(company), console_reads(company, asker.user)):
        shown = (call for call in reads if watch.found(call, text_of(asker.ask(call))))
        assert len(list(islice(shown, ENOUGH))) == ENOUGH


# Seen


@pytest.mark.parametrize(("who", "kind"), SWEPT_WHOSE)
def test_nothing_private_of_another_organisation_is_shown(
    who: str, kind: str, ours: Neighbour, theirs: Neighbour
) -> None:
    watch = Watch(marks_of(theirs))
    asker = asker_for(who, ours, ours.domain)
    found = leaks(asker, page_calls(theirs), watch)
    found += leaks(asker, api_reads(theirs), watch)
    found += leaks(asker, console_reads(theirs, asker.user), watch) if may_look(who) else []
    assert found == []
    there = asker_for(who, ours, theirs.domain)
    # On their host only the residents' pages are others; whoever has a message's link has the message.
    elsewhere = ("/console/", "/accounts/", "/v/")
    assert (
        leaks(there, (call for call in page_calls(theirs) if not call.path.startswith(elsewhere)), watch)
        == []
    )


def may_look(who: str) -> bool:
    return who not in {Role.RESIDENT, "reporter", KEY, "anonymous"}


def test_a_visitor_opens_only_what_is_listed_as_public(ours: Neighbour, company: Neighbour) -> None:
    asker = Asker(AnonymousUser(), ours.domain)
    paths = {address.path.removeprefix("/") for one in (ours, company) for address in all_addresses(one)}
    swept = sorted(path for path in paths if not path.startswith(PUBLIC_BRANCHES))
    opened = {path for path in swept if asker.ask(get(f"/{path}")).status_code not in REFUSED}
    # Whoever has the link of a message has the message: decision 10.
    links = {f"v/{link_token(row)}/" for row in rows_of(Verification, ours)}
    links |= {f"m/{short_key(row.pk)}/take-back/" for row in rows_of(Support, ours).exclude(contact="")}
    shown = {f"t/{ticket.reference}/" for ticket in ours.public}
    shown |= {f"help/{article.slug}/" for article in rows_of(Article, ours) if article.is_published}
    assert opened - PUBLIC - public_details(ours) - shown - links == set()


def public_details(one: Neighbour) -> set[str]:
    """Rows of the public lists, one by one."""
    lists = [path for path in PUBLIC if path.startswith("api/v1/")]
    return {f"{path}{row.pk}/" for model in owned_models() for row in rows_of(model, one) for path in lists}


@pytest.mark.parametrize("kind", ["company", "municipality"])
def test_the_feed_and_the_stream_tell_nothing_of_another_organisation(
    kind: str, ours: Neighbour, theirs: Neighbour
) -> None:
    public = {ticket.pk for ticket in theirs.public}
    every = TicketEvent.objects.filter(organisation=theirs.organisation).select_related("ticket")
    told = {}
    for who in (who for who, whose in WHOSE if whose == kind):
        user = check_key(ours.key.secret) if who == KEY else ours.everybody()[who]
        fed = readable_events(user, Wanted(organisation_id=theirs.organisation.pk))
        streamed = (event for event in every if may_see_event(user, event))
        told[who] = {event.ticket_id for events in (fed, streamed) for event in events} - public
    assert told == {who: set() for who in told}


# Counted

# What differs from one answer to the next of the same page: tokens, request ids, what is left of a limit.
VOLATILE = re.compile(
    r"(?i)csrf[^\n>]*|nonce[^\n>]*|x-request-id[^\n]*|set-cookie[^\n]*|request_id[^\n,]*"
    r"|ratelimit-(remaining|reset): \S+"
)


def answers(asker: Asker, calls: Iterable[Call]) -> dict[str, str]:
    return {str(call): VOLATILE.sub("", text_of(asker.ask(call))) for call in calls}


@pytest.mark.parametrize(
    "who",
    [
        Role.ORGANISATION_ADMIN,
        "anonymous",
        *(pytest.param(who, marks=pytest.mark.sweep) for who in (Role.AGENT, "reporter")),
    ],
)
def test_no_count_moves_when_another_organisation_has_more_rows(
    who: str, ours: Neighbour, company: Neighbour
) -> None:
    asker = Asker(ours.everybody()[who], ours.domain)
    own = (str(ours.department.pk), str(ours.category.pk))
    pages = [call for call in page_calls(ours) if not call.path.startswith(("/accounts/", "/api/"))]
    # Narrowed lists show the same rows, and what they show was asked above.
    reads = [call for call in api_reads(ours) if call.query == ()]
    lists = [call for call in reads if not any(key in call.path for key in own)]
    calls = [*pages, *lists, *(get(call.path, include="total") for call in lists)]
    with time_machine.travel(timezone.now(), tick=False):
        # A link of somebody without an account is remembered, and a session changes headers; a ticket that
        # was looked at is news no more.
        for call in pages:
            if call.path.startswith(("/m/", "/t/")):
                text_of(asker.ask(call))
        before = answers(asker, calls)
        add_work(company)
        after = answers(asker, calls)
    assert [line for address in before for line in moved(address, before[address], after[address])] == []


def moved(address: str, before: str, after: str) -> list[str]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return [f"{address}: {one[:200]} -> {two[:200]}" for one, two in pairs if one != two][:2]


# Changed


@pytest.mark.parametrize("who", SWEPT)
def test_no_request_changes_a_row_of_another_organisation(
    who: str, ours: Neighbour, company: Neighbour
) -> None:
    watch = Watch(marks_of(company))
    asker = asker_for(who, ours, ours.domain)
    assert changes(asker, api_writes(company), watch, company) == []
    assert changes(asker, api_writes(company, own=ours), watch, company) == []
    assert changes(asker, page_writes(company), watch, company) == []
    if may_look(who):
        assert changes(asker, console_writes(company, ours), watch, company) == []
