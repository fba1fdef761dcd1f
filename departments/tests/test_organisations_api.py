"""Organisations sign up over HTTP, and their admins with the secret."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient

from accounts.actions.invitations import Person, invite, join
from accounts.actions.sign_up import WeakPassword
from accounts.enums import OrganisationKind, Role, Scope
from accounts.invitation_links import link_token
from accounts.models import ApiKey, Membership, Organisation, User
from accounts.tests.factories import MembershipFactory, OrganisationFactory, UserFactory, issued_key
from departments.models import Department, DepartmentMember, Stage

pytestmark = pytest.mark.django_db
ORGANISATIONS = "/api/v1/organisations/"
ADMINS = "/api/v1/admins/"
TOKEN = "/api/v1/auth/token/"
PASSWORD = "purple-rain-in-october"


def client_of(credential: str = "") -> APIClient:
    client = APIClient()
    if credential:
        client.credentials(HTTP_AUTHORIZATION=credential)
    return client


def sign_up(**changed: Any) -> Any:
    return client_of().post(ORGANISATIONS, {"name": "Acme Shops", "domain": "acme.example", **changed})


def new_admin(secret: str) -> dict[str, Any]:
    given = {"first_name": "Thandi", "last_name": "Mokoena", "email": "Thandi@Acme.example"}
    return given | {"password": PASSWORD, "secret": secret}


def everything() -> list[Any]:
    models = (Organisation, Department, Stage, ApiKey, User, Membership, DepartmentMember)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def assert_refused(response: Any, status: int, code: str, field: str | None = None) -> None:
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    if field is not None:
        assert list(body["errors"]) == [field]


# Organisations


def test_an_organisation_signs_up_and_works_at_once() -> None:
    answer = sign_up()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    shown = answer.json()
    organisation = Organisation.objects.get(pk=shown["id"])
    assert (shown["slug"], shown["reference_prefix"], shown["kind"]) == ("acme-shops", "ACM", "company")
    assert (organisation.kind, organisation.domain) == (OrganisationKind.COMPANY, "acme.example")
    promises = (
        organisation.public_reports,
        organisation.verification_required,
        organisation.accountability_enabled,
    )
    assert promises == (False, False, False)
    department = organisation.departments.get()
    assert (department.name, department.calendar.around_the_clock) == ("Support", True)
    assert department.stages.count() == 1
    own = client_of(f"Api-Key {shown['secret']}").get(ORGANISATIONS).json()
    assert own == {name: value for name, value in shown.items() if name != "secret"}


def test_names_alike_get_slugs_and_prefixes_of_their_own() -> None:
    made = [sign_up(domain="").json() for _time in range(5)]
    assert len({shown["slug"] for shown in made}) == 5
    prefixes = [shown["reference_prefix"] for shown in made]
    assert prefixes[:3] == ["ACM", "ACME", "ACMES"]
    assert len(set(prefixes)) == 5


def test_a_name_without_latin_letters_is_a_name() -> None:
    shown = sign_up(name="አዲስ አበባ").json()
    assert (shown["name"], len(shown["reference_prefix"])) == ("አዲስ አበባ", 5)
    assert shown["slug"] == "organisation"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"name": ""}, 400, "invalid", "name"),
        ({"name": "A"}, 400, "invalid", "name"),
        ({"name": "Ac\u0000me"}, 400, "invalid", "name"),
        ({"name": "x" * 121}, 400, "invalid", "name"),
        ({"domain": "no domain"}, 400, "invalid_domain", "domain"),
        ({"domain": "http://acme.example"}, 400, "invalid_domain", "domain"),
        ({"domain": "TAKEN.example"}, 409, "domain_taken", "domain"),
        ({"public_reports": True}, 400, "invalid", "public_reports"),
    ],
)
def test_an_organisation_that_makes_no_sense_leaves_nothing_behind(
    changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    OrganisationFactory.create(domain="taken.example")
    before = everything()
    assert_refused(sign_up(**changed), status, code, field)
    assert everything() == before


def test_nobody_signs_up_for_the_names_of_this_installation(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["lokisa.example", ".city.example", "testserver"]
    for domain in ("lokisa.example", "Reports.City.example."):
        assert_refused(sign_up(domain=domain), 409, "domain_taken", "domain")
    assert Organisation.objects.count() == 0


def test_an_admin_changes_the_settings_of_their_own_organisation() -> None:
    organisation = OrganisationFactory.create()
    boss = MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN).user
    client = client_of()
    client.force_authenticate(boss)
    changes = {"name": "New name", "accent": "ocean", "auto_close_days": 14, "domain": "new.example"}
    shown = client.patch(ORGANISATIONS, changes).json()
    assert {name: shown[name] for name in changes} == changes
    before = everything()
    for field, value in {
        "auto_close_days": 0,
        "time_zone": "Mars/Olympus",
        "accent": "puce",
        "kind": "company",
        "public_reports": False,
    }.items():
        assert_refused(client.patch(ORGANISATIONS, {field: value}), 400, "invalid", field)
    assert everything() == before


def test_settings_are_for_who_works_there_and_changes_for_admins() -> None:
    organisation = OrganisationFactory.create()
    agent = MembershipFactory.create(organisation=organisation, role=Role.AGENT).user
    before = everything()
    client = client_of()
    assert client.get(ORGANISATIONS).status_code == 401
    client.force_authenticate(agent)
    assert client.get(ORGANISATIONS).json()["slug"] == organisation.slug
    assert_refused(client.patch(ORGANISATIONS, {"name": "Ours now"}), 403, "not_allowed")
    other = OrganisationFactory.create().slug
    assert_refused(client.get(ORGANISATIONS, {"organisation": other}), 400, "unknown_organisation")
    client.force_authenticate(UserFactory.create())
    assert_refused(client.get(ORGANISATIONS), 403, "not_allowed")
    assert Organisation.objects.get(pk=organisation.pk).name == before[0][0]["name"]


def test_an_admin_decides_how_tickets_end_and_who_keeps_the_promises() -> None:
    organisation = OrganisationFactory.create()
    client = client_of(f"Api-Key {issued_key(organisation).secret}")
    changes = {
        "contact_phone": "012 358 9999",
        "confirms_reporters": False,
        "moderates_photos": True,
        "verification_required": False,
        "verification_days": 90,
        "accountability_enabled": False,
        "second_factor_required": True,
    }
    shown = client.patch(ORGANISATIONS, changes).json()
    assert {name: shown[name] for name in changes} == changes
    kept = Organisation.objects.get(pk=organisation.pk)
    assert {name: getattr(kept, name) for name in changes} == changes
    assert client.patch(ORGANISATIONS, {"contact_phone": ""}).json()["contact_phone"] == ""
    before = everything()
    for field, value in (
        ("contact_phone", "call us"),
        ("contact_phone", "0" * 41),
        ("contact_phone", None),
        ("verification_days", 0),
        ("verification_days", 91),
        ("verification_days", "soon"),
        ("confirms_reporters", "perhaps"),
        ("moderates_photos", None),
        ("verification_required", "perhaps"),
        ("accountability_enabled", None),
        ("second_factor_required", []),
    ):
        assert_refused(client.patch(ORGANISATIONS, {field: value}), 400, "invalid", field)
    ApiKey.objects.update(last_used_at=None)
    before[3] = list(ApiKey.objects.order_by("pk").values())
    assert everything() == before


def test_nobody_asks_for_a_second_factor_without_having_one() -> None:
    organisation = OrganisationFactory.create()
    boss = MembershipFactory.create(organisation=organisation, role=Role.ORGANISATION_ADMIN).user
    client = client_of()
    client.force_authenticate(boss)
    before = everything()
    refused = client.patch(ORGANISATIONS, {"second_factor_required": True, "name": "Other"})
    assert_refused(refused, 409, "own_second_factor_missing", "second_factor_required")
    assert everything() == before
    assert client.patch(ORGANISATIONS, {"second_factor_required": False}).status_code == 200

    Authenticator.objects.create(user=boss, type=Authenticator.Type.TOTP, data={})
    assert client.patch(ORGANISATIONS, {"second_factor_required": True}).json()["second_factor_required"]


# Admins


@pytest.fixture
def secret(db: None) -> str:
    return str(sign_up().json()["secret"])


def test_an_admin_signs_up_with_the_secret_and_gets_tokens_at_once(secret: str) -> None:
    answer = client_of().post(ADMINS, new_admin(secret))
    assert answer.status_code == 201
    assert answer.json()["full_name"] == "Thandi Mokoena"
    assert answer.json()["organisation"] == "acme-shops"
    person = User.objects.get(email="thandi@acme.example")
    assert (person.is_staff, person.memberships.get().role) == (True, Role.ORGANISATION_ADMIN)
    place = person.department_memberships.get()
    assert (place.capacity, place.is_available, place.department.code) == (50, True, "support")

    tokens = client_of().post(TOKEN, {"email": "thandi@acme.example", "password": PASSWORD})
    own = client_of(f"Bearer {tokens.json()['access']}").get(ORGANISATIONS)
    assert own.json()["slug"] == "acme-shops"


def test_the_names_that_older_clients_use_are_understood(secret: str) -> None:
    given = new_admin(secret) | {"firstName": "Zanele", "lastName": "Nkosi"}
    del given["first_name"], given["last_name"]
    assert client_of().post(ADMINS, given).json()["full_name"] == "Zanele Nkosi"


def test_the_key_may_come_in_the_header_instead(secret: str) -> None:
    given = new_admin(secret)
    del given["secret"]
    assert client_of(f"Api-Key {secret}").post(ADMINS, given).status_code == 201


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"secret": "aaaaaaaaaa.bbbb"}, 401, "unknown_key"),
        ({"secret": ""}, 401, "not_authenticated"),
        ({"secret": 7}, 401, "not_authenticated"),
        ({"email": "TAKEN@example.org"}, 409, "email_taken"),
        ({"password": "password12"}, 400, "weak_password"),
        ({"email": "no address"}, 400, "invalid"),
        ({"first_name": ""}, 400, "invalid"),
        ({"role": "operator"}, 400, "invalid"),
    ],
)
def test_an_admin_who_is_refused_leaves_nothing_behind(
    secret: str, changed: dict[str, Any], status: int, code: str
) -> None:
    UserFactory.create(email="taken@example.org")
    before = everything()
    answer = client_of().post(ADMINS, new_admin(secret) | changed)
    assert_refused(answer, status, code)
    ApiKey.objects.update(last_used_at=None)
    assert everything() == before


@pytest.mark.parametrize("scope", [Scope.TICKETS_CREATE, Scope.TICKETS_READ, Scope.TICKETS_WRITE])
def test_a_key_for_tickets_lets_no_admin_in(scope: Scope) -> None:
    issued = issued_key(None, scope)
    people = User.objects.count()
    assert_refused(client_of().post(ADMINS, new_admin(issued.secret)), 403, "not_allowed")
    assert User.objects.count() == people


def test_an_ended_secret_lets_nobody_in(secret: str) -> None:
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert_refused(client_of().post(ADMINS, new_admin(secret)), 401, "revoked_key")
    assert Membership.objects.count() == 0


def test_whom_one_organisation_vouched_for_takes_the_account_over_by_mail_before_another_gives_a_role(
    secret: str,
) -> None:
    client_of().post(ADMINS, new_admin(secret))
    signed_in = client_of().post(TOKEN, {"email": "thandi@acme.example", "password": PASSWORD}).json()
    boss = MembershipFactory.create(role=Role.ORGANISATION_ADMIN)
    invited = invite(
        boss.organisation, Person("Thandi", "thandi@acme.example"), role=Role.AGENT, acting_user=boss.user
    )
    token = link_token(invited.invitation)
    person = User.objects.get(email="thandi@acme.example")
    with pytest.raises(WeakPassword):
        join(token, acting_user=person)
    assert person.memberships.count() == 1

    join(token, password="a-hornbill-on-the-fence", acting_user=AnonymousUser())
    assert person.memberships.count() == 2
    assert EmailAddress.objects.get(user=person).verified is True
    assert client_of(f"Bearer {signed_in['access']}").get(ORGANISATIONS).status_code == 401
