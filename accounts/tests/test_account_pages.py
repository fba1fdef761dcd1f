from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.factories import PASSWORD, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "full_name": "Lerato Mokoena",
    "contact": "Lerato@Example.org",
    "password1": PASSWORD,
}


@pytest.fixture(autouse=True)
def _city() -> None:
    OrganisationFactory.create()


def test_somebody_signs_up_with_a_name_and_confirms_the_address_by_a_code(client: Client) -> None:
    answer = client.post("/accounts/signup/", SIGN_UP)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    person = User.objects.get()
    assert (person.full_name, person.email, person.phone) == ("Lerato Mokoena", "lerato@example.org", None)
    assert len(mail.outbox) == 1
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "x" * 151}, "full_name"),
        ({"full_name": "bell \x07"}, "full_name"),
        ({"contact": ""}, "contact"),
        ({"contact": "lerato at home"}, "contact"),
        ({"contact": "lerato@home"}, "contact"),
        ({"contact": "12"}, "contact"),
        ({"contact": "082 123 456"}, "contact"),
        ({"contact": "x" * 250 + "@example.org"}, "contact"),
        ({"password1": "short"}, "password1"),
        ({"password1": "1234567890123"}, "password1"),
    ],
)
def test_sign_up_refuses_with_a_sentence_by_the_field(
    client: Client, change: dict[str, str], field: str
) -> None:
    answer = client.post("/accounts/signup/", SIGN_UP | change)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert (User.objects.count(), mail.outbox) == (0, [])


def test_the_account_page_changes_name_language_and_time_zone(client: Client) -> None:
    person = UserFactory.create()
    client.force_login(person)

    answer = client.post(
        "/account/",
        {
            "full_name": " Thabo  Nkosi ",
            "language": "zu",
            "time_zone": "Africa/Harare",
        },
    )

    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    person.refresh_from_db()
    assert (person.full_name, person.language, person.time_zone) == ("Thabo Nkosi", "zu", "Africa/Harare")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"language": "klingon"}, "language"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_the_account_page_refuses_by_the_field_and_changes_nothing(
    client: Client, change: dict[str, str], field: str
) -> None:
    person = UserFactory.create(full_name="Thabo Nkosi")
    client.force_login(person)

    words = {"full_name": "Somebody Else", "language": "af", "time_zone": "Africa/Harare"}
    answer = client.post("/account/", words | change)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    person.refresh_from_db()
    assert (person.full_name, person.language) == ("Thabo Nkosi", "en")


def test_the_account_page_asks_visitors_to_sign_in(client: Client) -> None:
    assert client.get("/account/")["Location"] == "/accounts/login/?next=/account/"


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"],
)
def test_the_way_in_looks_like_the_rest(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert "base.html" in [template.name for template in answer.templates]


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/accounts/email/",
        "/accounts/phone/change/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/logout/",
    ],
)
def test_the_pages_of_an_account_open_and_look_like_the_rest(client: Client, path: str) -> None:
    client.force_login(UserFactory.create(password=PASSWORD))

    answer = client.get(path)

    assert answer.status_code == 200
    assert "base.html" in [template.name for template in answer.templates]
