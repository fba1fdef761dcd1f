"""The console's page of keys: for organisation admins, with the secret shown once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.keys import RevokedKey, check_key
from accounts.enums import Role
from accounts.models import ApiKey, Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory, issued_key

pytestmark = pytest.mark.django_db
LIST = reverse("admin:accounts_apikey_changelist")
ADD = reverse("admin:accounts_apikey_add")


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory.create()


def as_member(organisation: Organisation, role: Role = Role.ORGANISATION_ADMIN) -> tuple[Client, User]:
    person = UserFactory.create(is_staff=True)
    MembershipFactory.create(organisation=organisation, user=person, role=role)
    client = Client()
    client.force_login(person)
    return client, person


def shop(organisation: Organisation, **changed: Any) -> dict[str, Any]:
    given = {"organisation": str(organisation.pk), "name": "Web shop", "scopes": ["tickets:create"]}
    return given | {"expires_at_0": "", "expires_at_1": "", **changed}


def test_an_admin_makes_a_key_and_sees_its_secret_once(organisation: Organisation) -> None:
    client, person = as_member(organisation)
    answer = client.post(ADD, shop(organisation))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.created_by) == ("Web shop", ["tickets:create"], person)
    assert check_key(secret) == key.user
    for page in (LIST, reverse("admin:accounts_apikey_change", args=[key.pk])):
        shown = client.get(page)
        assert shown.status_code == 200
        assert key.prefix in shown.content.decode()
        assert secret.partition(".")[2] not in shown.content.decode()
        assert key.digest not in shown.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("scopes", []), ("scopes", ["root"]), ("expires_at_0", "2001-01-01")]
)
def test_a_key_that_makes_no_sense_is_not_made(organisation: Organisation, field: str, value: Any) -> None:
    client, _person = as_member(organisation)
    changed = {field: value} | ({"expires_at_1": "00:00"} if field == "expires_at_0" else {})
    answer = client.post(ADD, shop(organisation, **changed))
    assert answer.status_code == 200
    assert list(answer.context["errors"]) != []
    assert ApiKey.objects.count() == 0


def test_an_admin_revokes_a_key(organisation: Organisation) -> None:
    client, person = as_member(organisation)
    issued = issued_key(organisation)
    client.post(LIST, {"action": "revoke", "_selected_action": [str(issued.key.pk)]})
    assert ApiKey.objects.get().revoked_by == person
    with pytest.raises(RevokedKey):
        check_key(issued.secret)


def test_the_keys_of_another_organisation_are_not_there(organisation: Organisation) -> None:
    client, _person = as_member(organisation)
    foreign = issued_key().key
    assert foreign.prefix not in client.get(LIST).content.decode()
    assert client.get(reverse("admin:accounts_apikey_change", args=[foreign.pk])).status_code == 404
    client.post(LIST, {"action": "revoke", "_selected_action": [str(foreign.pk)]})
    client.post(ADD, shop(foreign.organisation))
    assert list(ApiKey.objects.values_list("pk", "revoked_at")) == [(foreign.pk, None)]


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.DEPARTMENT_ADMIN, Role.AUDITOR])
def test_nobody_else_has_anything_to_do_with_keys(organisation: Organisation, role: Role) -> None:
    client, _person = as_member(organisation, role)
    key = issued_key(organisation).key
    before = ApiKey.objects.values().get()
    assert client.get(LIST).status_code == 403
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, shop(organisation)).status_code == 403
    change = reverse("admin:accounts_apikey_change", args=[key.pk])
    assert client.get(change).status_code in {403, 404}
    client.post(LIST, {"action": "revoke", "_selected_action": [str(key.pk)]})
    assert ApiKey.objects.values().get() == before
    assert LIST not in client.get(reverse("admin:index")).content.decode()


def test_the_list_asks_the_same_for_one_key_and_for_three(
    organisation: Organisation, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client, _person = as_member(organisation)
    issued_key(organisation)
    client.get(LIST)
    with django_assert_max_num_queries(30) as one:
        client.get(LIST)
    issued_key(organisation)
    issued_key(organisation)
    with django_assert_num_queries(len(one)):
        client.get(LIST)
