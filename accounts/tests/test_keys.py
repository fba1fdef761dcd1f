"""Keys: who they are, what ends them, and that their secrets stay secret."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actions.keys import (
    AlreadyRotated,
    ExpiredKey,
    KeyEnded,
    RevokedKey,
    UnknownKey,
    check_key,
    confirm_key,
    revoke_key,
    rotate_key,
    rotate_secret,
)
from accounts.enums import Capability, Role, Scope
from accounts.models import ApiKey, Organisation, User
from accounts.permissions import (
    capabilities_of,
    is_organisation_wide,
    is_staff_of,
    may_enter_console,
    organisations_where,
    presented_key,
    roles_of,
)
from accounts.queries import colleagues_of, staff_of
from accounts.roles import SCOPE_CAPABILITIES
from accounts.tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory, issued_key
from common.errors import NotAllowed

pytestmark = pytest.mark.django_db
KEYS = "/api/v1/organisations/keys/"
OWN = "/api/v1/organisations/"
SECRET_ROTATE = "/api/v1/organisations/secret/rotate/"
C = Capability


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory.create(public_reports=False)


@pytest.fixture
def boss(organisation: Organisation) -> User:
    return MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN).user


def with_key(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    return client


def as_person(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def keys_now() -> list[Any]:
    return list(ApiKey.objects.order_by("pk").values())


def assert_refused(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["code"] == code


# Whose key it is


def test_a_key_is_the_program_that_it_was_made_for(organisation: Organisation) -> None:
    issued = issued_key(organisation)
    user = check_key(issued.secret)
    assert (user.pk, user.full_name, user.is_service) == (issued.key.user_id, "Key: Web shop", True)
    assert presented_key(user) == issued.key


def test_only_a_peppered_hash_of_the_secret_is_kept(organisation: Organisation, settings: Any) -> None:
    issued = issued_key(organisation)
    prefix, _dot, secret = issued.secret.partition(".")
    assert (len(prefix), len(secret)) == (10, 43)
    assert prefix == issued.key.prefix
    assert secret not in str(keys_now())

    settings.API_KEY_PEPPER = "another"
    with pytest.raises(UnknownKey):
        check_key(issued.secret)


@pytest.mark.parametrize("spoil", ["prefix", "secret", "half", "nothing", "nul", "long"])
def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(organisation: Organisation, spoil: str) -> None:
    prefix, _dot, secret = issued_key(organisation).secret.partition(".")
    given = {
        "prefix": f"{prefix[::-1]}.{secret}",
        "secret": f"{prefix}.{secret[::-1]}",
        "half": prefix,
        "nothing": ".",
        "nul": f"\0.{secret}",
        "long": f"{prefix}.{secret}{'x' * 5000}",
    }[spoil]
    with pytest.raises(UnknownKey):
        check_key(given)
    assert ApiKey.objects.get().last_used_at is None


def test_a_key_of_an_inactive_organisation_is_unknown(organisation: Organisation) -> None:
    issued = issued_key(organisation)
    Organisation.objects.update(is_active=False)
    with pytest.raises(UnknownKey):
        check_key(issued.secret)


def test_over_http_unknown_revoked_and_expired_keys_have_codes_of_their_own(
    organisation: Organisation,
) -> None:
    now = timezone.now()
    revoked = issued_key(organisation, revoked_at=now)
    expired = issued_key(organisation, expires_at=now - timedelta(seconds=1))
    assert_refused(with_key(revoked.secret).get(OWN), 401, "revoked_key")
    assert_refused(with_key(expired.secret).get(OWN), 401, "expired_key")
    assert_refused(with_key("aaaaaaaaaa.bbbb").get(OWN), 401, "unknown_key")
    assert_refused(with_key("two words").get(OWN), 401, "malformed_key")


def test_the_last_use_is_written_at_most_once_a_minute(
    organisation: Organisation, django_assert_num_queries: Any
) -> None:
    issued = issued_key(organisation)
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        check_key(issued.secret)
        assert ApiKey.objects.get().last_used_at == start
        clock.shift(59)
        with django_assert_num_queries(1):
            check_key(issued.secret)
        assert ApiKey.objects.get().last_used_at == start
        clock.shift(2)
        check_key(issued.secret)
        assert ApiKey.objects.get().last_used_at == start + timedelta(seconds=61)


def test_a_key_revoked_in_mid_request_is_noticed_at_the_end(organisation: Organisation) -> None:
    issued = issued_key(organisation)
    key = presented_key(check_key(issued.secret))
    confirm_key(key)
    ApiKey.objects.update(revoked_at=timezone.now())
    with pytest.raises(RevokedKey):
        confirm_key(key)
    ApiKey.objects.update(revoked_at=None, expires_at=timezone.now())
    with pytest.raises(ExpiredKey):
        confirm_key(key)


# What it may do


@pytest.mark.parametrize("scope", list(Scope))
def test_scopes_give_their_capabilities_in_their_organisation_and_in_no_other(
    organisation: Organisation, scope: Scope
) -> None:
    other = OrganisationFactory.create()
    user = check_key(issued_key(organisation, scope).secret)
    assert capabilities_of(user, organisation.pk) == SCOPE_CAPABILITIES[scope]
    assert capabilities_of(user, other.pk) == frozenset()
    granted = {capability for capability in Capability if organisations_where(user, capability)}
    assert granted == SCOPE_CAPABILITIES[scope]
    assert (is_organisation_wide(user, organisation.pk), is_organisation_wide(user, other.pk)) == (
        True,
        False,
    )


def test_several_scopes_add_up(organisation: Organisation) -> None:
    user = check_key(issued_key(organisation, Scope.TICKETS_CREATE, Scope.TICKETS_READ).secret)
    expected = {C.LOG_FOR_CALLER, C.VIEW_ALL_TICKETS, C.VIEW_REPORTERS}
    assert capabilities_of(user, organisation.pk) == expected


def test_whom_a_key_acts_as_is_nobody_without_the_key(organisation: Organisation, boss: User) -> None:
    issued = issued_key(organisation)
    user = User.objects.get(pk=issued.key.user_id)
    assert capabilities_of(user, organisation.pk) == frozenset()
    assert (user.has_usable_password(), user.email, roles_of(user)) == (False, None, {})
    presented = check_key(issued.secret)
    assert (is_staff_of(presented, organisation.pk), may_enter_console(presented)) == (False, False)
    operator = UserFactory.create(is_superuser=True)
    assert user not in colleagues_of(boss)
    assert user not in colleagues_of(operator)
    assert [member.user for member in staff_of(organisation.pk)] == [boss]


@pytest.mark.parametrize(
    "change", [{"email": "key@example.org"}, {"phone": "+27821234567"}, {"is_staff": True}]
)
def test_the_database_keeps_a_program_from_signing_in(organisation: Organisation, change: Any) -> None:
    issued = issued_key(organisation)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=issued.key.user_id).update(**change)


# Its life


def test_an_admin_makes_a_key_and_sees_its_secret_once(organisation: Organisation, boss: User) -> None:
    given = {"name": "  Web   shop ", "scopes": ["tickets:create", "tickets:read"]}
    answer = as_person(boss).post(KEYS, given)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    made = answer.json()
    assert (made["name"], made["scopes"]) == ("Web shop", ["tickets:create", "tickets:read"])
    assert check_key(made["secret"]).full_name == "Key: Web shop"
    listed = as_person(boss).get(KEYS).json()["results"]
    assert [row["prefix"] for row in listed] == [made["prefix"]]
    assert made["secret"].partition(".")[2] not in str(listed)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("scopes", []), ("scopes", ["root"]), ("expires_at", "2001-01-01T00:00:00Z"), ("x", 1)],
)
def test_a_key_that_makes_no_sense_is_not_made(
    organisation: Organisation, boss: User, field: str, value: Any
) -> None:
    answer = as_person(boss).post(KEYS, {"name": "Shop", "scopes": ["admin"], field: value})
    assert (answer.status_code, next(iter(answer.json()["errors"])).split(".")[0]) == (400, field)
    assert keys_now() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ORGANISATION_ADMIN])
def test_keys_are_for_organisation_admins(organisation: Organisation, role: Role) -> None:
    person = MembershipFactory.create(organisation=organisation, role=role).user
    key = issued_key(organisation).key
    before = keys_now()
    client = as_person(person)
    for answer in (
        client.get(KEYS),
        client.post(KEYS, {"name": "Mine", "scopes": ["admin"]}),
        client.post(f"{KEYS}{key.pk}/rotate/"),
        client.delete(f"{KEYS}{key.pk}/"),
        client.post(SECRET_ROTATE),
    ):
        assert_refused(answer, 403, "not_allowed")
    assert keys_now() == before


@pytest.mark.parametrize("scope", [Scope.TICKETS_CREATE, Scope.TICKETS_READ, Scope.TICKETS_WRITE])
def test_a_key_for_tickets_has_no_say_over_settings(organisation: Organisation, scope: Scope) -> None:
    client = with_key(issued_key(organisation, scope).secret)
    assert_refused(client.post(KEYS, {"name": "Mine", "scopes": ["admin"]}), 403, "not_allowed")
    assert_refused(client.patch(OWN, {"name": "Mine"}), 403, "not_allowed")
    assert ApiKey.objects.count() == 1


def test_the_keys_of_another_organisation_are_not_there(organisation: Organisation, boss: User) -> None:
    foreign = issued_key().key
    before = keys_now()
    client = as_person(boss)
    assert client.get(KEYS).json()["results"] == []
    assert_refused(client.delete(f"{KEYS}{foreign.pk}/"), 404, "not_found")
    assert_refused(client.post(f"{KEYS}{foreign.pk}/rotate/"), 404, "not_found")
    slug = foreign.organisation.slug
    assert_refused(client.get(KEYS, {"organisation": slug}), 400, "unknown_organisation")
    for action in (revoke_key, rotate_key):
        with pytest.raises(NotAllowed):
            action(foreign, acting_user=boss)
    assert keys_now() == before


def test_a_revoked_key_opens_nothing_any_more(organisation: Organisation, boss: User) -> None:
    issued = issued_key(organisation)
    assert as_person(boss).delete(f"{KEYS}{issued.key.pk}/").status_code == 204
    assert_refused(with_key(issued.secret).get(OWN), 401, "revoked_key")
    assert ApiKey.objects.get().revoked_by == boss
    # Once more changes nothing.
    before = keys_now()
    assert as_person(boss).delete(f"{KEYS}{issued.key.pk}/").status_code == 204
    assert keys_now() == before


def test_a_key_cannot_end_itself(organisation: Organisation) -> None:
    issued = issued_key(organisation)
    assert_refused(with_key(issued.secret).delete(f"{KEYS}{issued.key.pk}/"), 409, "own_key")
    assert ApiKey.objects.get().revoked_at is None


def test_a_rotated_key_lives_on_for_a_week(organisation: Organisation, boss: User) -> None:
    old = issued_key(organisation, Scope.TICKETS_READ)
    new = as_person(boss).post(f"{KEYS}{old.key.pk}/rotate/").json()
    assert (new["name"], new["scopes"]) == ("Web shop", ["tickets:read"])
    check_key(old.secret)
    check_key(new["secret"])
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        with pytest.raises(ExpiredKey):
            check_key(old.secret)
        check_key(new["secret"])


def test_at_most_two_are_live(organisation: Organisation, boss: User) -> None:
    first = issued_key(organisation)
    second = rotate_key(first.key, acting_user=boss)
    with pytest.raises(AlreadyRotated):
        rotate_key(first.key, acting_user=boss)
    third = rotate_key(second.key, acting_user=boss)
    with pytest.raises(RevokedKey):
        check_key(first.secret)
    assert ApiKey.objects.live(timezone.now()).count() == 2
    check_key(second.secret)
    check_key(third.secret)


def test_what_has_ended_is_not_rotated(organisation: Organisation, boss: User) -> None:
    key = issued_key(organisation, revoked_at=timezone.now()).key
    before = keys_now()
    with pytest.raises(KeyEnded):
        rotate_key(key, acting_user=boss)
    assert keys_now() == before


def test_the_secret_rotates_by_itself_and_comes_back_after_it_was_revoked(
    organisation: Organisation, boss: User
) -> None:
    first = issued_key(organisation, is_secret=True)
    second = with_key(first.secret).post(SECRET_ROTATE).json()
    assert second["is_secret"] is True
    # The old one is in its grace and would end itself.
    assert_refused(with_key(first.secret).post(SECRET_ROTATE), 409, "own_key")
    third = with_key(second["secret"]).post(SECRET_ROTATE)
    assert third.status_code == 201
    assert_refused(with_key(first.secret).get(OWN), 401, "revoked_key")

    ApiKey.objects.update(revoked_at=timezone.now())
    fresh = rotate_secret(organisation, acting_user=boss)
    assert (fresh.key.is_secret, fresh.key.replaces) == (True, None)
    check_key(fresh.secret)


def test_no_secret_is_ever_logged(
    organisation: Organisation, boss: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = as_person(boss).post(KEYS, {"name": "Shop", "scopes": ["admin"]}).json()
        client = with_key(made["secret"])
        client.get(OWN)
        client.patch(OWN, {"name": "A better name"})
        client.get("/api/v1/tickets/nowhere/")
        client.post("/api/v1/admins/", {"secret": made["secret"]})
        client.post("/api/v1/tickets/", {"secret": made["secret"][:-1]})
    assert made["secret"].partition(".")[2][:-1] not in caplog.text
    assert "Key " + made["prefix"] + " issued" in caplog.text


def test_a_key_and_its_program_cannot_sign_in_with_a_password(organisation: Organisation) -> None:
    issued_key(organisation)
    for email in ("", "Key: Web shop"):
        answer = APIClient().post("/api/v1/auth/token/", {"email": email, "password": PASSWORD})
        assert answer.status_code == 400
    assert as_person(UserFactory.create()).get(OWN).json()["code"] == "not_allowed"


def test_each_key_has_a_rate_of_its_own(organisation: Organisation, settings: LazySettings) -> None:
    settings.API_THROTTLE_RATES = {"key": "2/min"}
    one, other = issued_key(organisation), issued_key(organisation)
    answers = [with_key(one.secret).get(OWN) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_refused(answers[-1], 429, "throttled")
    wait = answers[-1]["Retry-After"]
    assert answers[-1].json()["detail"] == f"That was too often in a short time. Try again in {wait} seconds."
    assert with_key(other.secret).get(OWN).status_code == 200
