"""A POST that is sent again is done once: at the same time, after a failure, by others, a day later."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

import psycopg
import pytest
import time_machine
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actions.answers import forget_old_answers
from accounts.actions.deletion import delete_account
from accounts.models import ApiKey, KeptAnswer, Organisation, User
from accounts.tests.factories import PASSWORD, UserFactory, issued_key
from common.api import idempotency
from departments.models import Category
from departments.tests.factories import staff_member
from tickets.actions.lifecycle import resolve_ticket
from tickets.models import Ticket, TicketEvent
from tickets.tests.api import ROOT, api_client, assert_problem, path_of
from tickets.tests.factories import burst_pipe_category, report_ticket
from tickets.tests.together import all_at_once

pytestmark = pytest.mark.django_db
TICKETS = f"{ROOT}/tickets/"
BODY = {"title": "Burst pipe", "category": "WAT"}


@pytest.fixture
def category() -> Category:
    category = burst_pipe_category()
    category.code = "WAT"
    category.save(update_fields=["code"])
    return category


@pytest.fixture
def resident(category: Category) -> User:
    return UserFactory.create()


def post(user: Any, key: str, body: Any = None, path: str = TICKETS, **headers: str) -> Any:
    organisation = Organisation.objects.order_by("created_at").first()
    given = {**BODY, "organisation": organisation.slug} if body is None and organisation else body
    return api_client(user).post(path, given, headers={"Idempotency-Key": key, **headers})


# At the same time


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_log_one_ticket_and_hear_of_the_same_or_that_it_is_under_way(resident: User) -> None:
    key = str(uuid4())
    answers = all_at_once([partial(post, resident, key) for _try in range(8)])
    statuses = sorted(answer.status_code for answer in answers)
    logged = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert set(statuses) <= {201, 409}
    assert len(set(logged)) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_flight"}
    assert Ticket.objects.count() == TicketEvent.objects.filter(kind="ticket.created").count() == 1
    # Whoever asks once more hears what the first heard.
    assert post(resident, key).json()["id"] == logged[0]


@pytest.mark.django_db(transaction=True)
def test_what_is_being_answered_is_refused_at_once_with_a_time_to_come_back(resident: User) -> None:
    key = str(uuid4())
    claimed: list[str] = []
    with mock.patch("accounts.answers.KeptAnswers.claim", lambda _self, name: claimed.append(name)):
        assert_problem(post(resident, key), 409, "in_flight")
    found = connection.settings_dict
    elsewhere = {"host": found["HOST"], "user": found["USER"], "dbname": found["NAME"]}
    with psycopg.connect(**elsewhere) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", claimed)
        refused = post(resident, key)
        assert_problem(refused, 409, "in_flight")
        assert refused["Retry-After"] == "1"
        assert Ticket.objects.count() == 0
    assert post(resident, key).status_code == 201


# After a failure


def test_a_failure_keeps_nothing_and_changes_nothing_and_the_next_try_is_the_first(resident: User) -> None:
    key = str(uuid4())
    with mock.patch("tickets.api.views.tickets.TicketReader.one", side_effect=RuntimeError("quicksand")):
        assert_problem(post(resident, key), 500, "server_error")
    assert (Ticket.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    again = post(resident, key)
    assert (again.status_code, "Idempotency-Replayed" in again) == (201, False)
    assert Ticket.objects.count() == 1


def test_without_its_record_a_change_does_not_happen(resident: User) -> None:
    key = str(uuid4())
    with mock.patch("accounts.answers.KeptAnswers.keep", side_effect=RuntimeError("power cut")):
        assert_problem(post(resident, key), 500)
    assert (Ticket.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert post(resident, key).status_code == 201


def test_a_refusal_is_repeated_even_when_it_would_be_granted_by_now(resident: User) -> None:
    key = str(uuid4())
    body = {**BODY, "organisation": "no-such-place"}
    refused = post(resident, key, body)
    assert refused.status_code in {400, 404}
    Organisation.objects.update(slug="no-such-place")
    again = post(resident, key, body)
    assert (again.status_code, again.content) == (refused.status_code, refused.content)
    assert again["Idempotency-Replayed"] == "true"
    assert post(resident, str(uuid4()), body).status_code == 201


# By somebody else, somewhere else, with other words


def test_a_key_is_a_persons_own_and_for_one_address(category: Category, resident: User) -> None:
    key, other = str(uuid4()), UserFactory.create()
    first, second = post(resident, key), post(other, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert "Idempotency-Replayed" not in second
    support = api_client(resident).post(
        f"{TICKETS}{first.json()['reference']}/messages/", {"body": "Hurry"}, headers={"Idempotency-Key": key}
    )
    assert (support.status_code, "Idempotency-Replayed" in support) == (201, False)


def test_visitors_are_told_apart_by_their_address(category: Category) -> None:
    key = str(uuid4())
    body = {**BODY, "organisation": category.organisation.slug, "customer_phone": "082 123 4567"}

    def visit(address: str) -> Any:
        client = APIClient(REMOTE_ADDR=address)
        return client.post(TICKETS, body, headers={"Idempotency-Key": key})

    one, other, again = visit("192.0.2.1"), visit("192.0.2.2"), visit("192.0.2.1")
    assert {one.status_code, other.status_code, again.status_code} == {201}
    assert one.json()["id"] == again.json()["id"] != other.json()["id"]
    assert [row.asker for row in KeptAnswer.objects.all()] == [None, None]


def test_the_same_words_in_another_order_are_the_same_request_and_other_words_are_not(
    category: Category, resident: User
) -> None:
    key = str(uuid4())
    slug = category.organisation.slug
    spellings = (
        f'{{"title": "Burst pipe", "organisation": "{slug}"}}',
        f'{{ "organisation":"{slug}","title":"Burst\\u0020pipe" }}',
    )
    client = api_client(resident)
    headers = {"Idempotency-Key": key}
    answers = [
        client.post(TICKETS, spelled, content_type="application/json", headers=headers)
        for spelled in spellings
    ]
    assert answers[0].content == answers[1].content
    assert_problem(post(resident, key, {"title": "Pothole"}), 422, "idempotency_key_reused")
    assert Ticket.objects.count() == 1


def test_a_key_is_the_same_in_quotes_and_with_or_without_the_last_slash(resident: User) -> None:
    key = str(uuid4())
    first, again = post(resident, key), post(resident, f'"{key}"', path=TICKETS.rstrip("/"))
    assert again["Idempotency-Replayed"] == "true"
    assert first.json()["id"] == again.json()["id"]


# What is kept


def test_secrets_are_given_again_and_nobody_here_can_read_them(category: Category) -> None:
    key = str(uuid4())
    body = {"name": "Acme Shops", "domain": "acme.example"}
    first = post(None, key, body, f"{ROOT}/organisations/")
    again = post(None, key, body, f"{ROOT}/organisations/")
    secret = first.json()["secret"]
    assert again.json()["secret"] == secret
    assert again["Cache-Control"] == "no-store"
    assert (Organisation.objects.count(), ApiKey.objects.count()) == (2, 1)
    row = KeptAnswer.objects.get()
    kept = repr([row.name, row.fingerprint, bytes(row.contents)])
    assert not [word for word in (secret, key, "Acme", "acme.example") if word in kept]
    # The site's own secret alone opens nothing.
    from_site = base64.urlsafe_b64encode(idempotency._hash("secret", "").digest())
    with pytest.raises(InvalidToken):
        Fernet(from_site).decrypt(bytes(row.contents))


def test_answers_are_forgotten_after_a_day(resident: User, category: Category) -> None:
    key = str(uuid4())
    with time_machine.travel(timezone.now() - timedelta(hours=24, minutes=1), tick=False):
        old = post(resident, key)
    # Not swept yet, and yet it counts no more.
    new = post(resident, key)
    assert (new.status_code, "Idempotency-Replayed" in new) == (201, False)
    assert new.json()["id"] != old.json()["id"]
    post(resident, str(uuid4()))
    KeptAnswer.objects.filter(created_at__lt=timezone.now()).update(
        created_at=timezone.now() - timedelta(hours=25)
    )
    kept = post(resident, str(uuid4()))
    with mock.patch("accounts.actions.answers.BATCH", 1):
        assert forget_old_answers() == 2
    assert KeptAnswer.objects.count() == 1
    assert kept.status_code == 201


def test_what_a_person_was_answered_goes_with_their_account(category: Category) -> None:
    person = UserFactory.create(password=PASSWORD)
    post(person, str(uuid4()))
    delete_account(person, password=PASSWORD, acting_user=person)
    assert KeptAnswer.objects.count() == 0


# In one transaction with the change


def resolved(category: Category) -> Ticket:
    """A ticket of somebody without an account, whose code anybody with the reference may try."""
    ticket = report_ticket(category)
    Ticket.objects.filter(pk=ticket.pk).update(reporter=None, reporter_phone="+27821234567", is_public=True)
    return resolve_ticket(Ticket.objects.get(pk=ticket.pk), note="Fixed.", acting_user=None)


@pytest.mark.parametrize("how", ["repeatable", "with a key of the organisation", "comparing versions"])
def test_wrong_codes_are_counted_whatever_comes_with_the_request(category: Category, how: str) -> None:
    ticket = resolved(category)
    client = api_client()
    if how == "with a key of the organisation":
        secret = issued_key(category.organisation).secret
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    for tries in range(1, 6):
        headers = {
            "repeatable": {"Idempotency-Key": str(uuid4())},
            "comparing versions": {"If-Match": f'"{ticket.version}"'},
        }.get(how, {})
        response = client.post(path_of(ticket, "verification"), {"code": "000000"}, headers=headers)
        assert response.status_code in {400, 403, 409}, response.content
        assert ticket.verifications.get().attempts == tries
    refused = client.post(path_of(ticket, "verification"), {"code": "000000"})
    assert refused.json()["code"] == "code_used_up"


def test_a_key_of_the_organisation_repeats_as_itself(category: Category) -> None:
    staff_member(category.department, capacity=5)
    issued = issued_key(category.organisation)
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued.secret}")
    body = {"title": "The parcel never came", "customer_email": "lerato@customer.example"}
    headers = {"Idempotency-Key": str(uuid4())}
    first, again = (client.post(TICKETS, body, headers=headers) for _try in range(2))
    assert (first.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert first.content == again.content
    assert KeptAnswer.objects.get().asker == issued.key.user
    # The same secret in the body is the same key, and another request.
    inside = api_client().post(TICKETS, {**body, "secret": issued.secret}, headers=headers)
    assert_problem(inside, 422)
    assert Ticket.objects.count() == 1


def test_a_revoked_key_repeats_nothing(category: Category) -> None:
    issued = issued_key(category.organisation)
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued.secret}")
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"title": "The parcel never came", "customer_email": "lerato@customer.example"}
    assert client.post(TICKETS, body, headers=headers).status_code == 201
    ApiKey.objects.update(revoked_at=timezone.now())
    assert_problem(client.post(TICKETS, body, headers=headers), 401, "revoked_key")


def test_the_sweep_is_on_the_schedule() -> None:
    assert "accounts.forget_old_answers" in {
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }
