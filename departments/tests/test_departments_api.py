"""What an organisation is made of, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Organisation
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from departments.models import Category
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    RegionFactory,
    StageFactory,
    WardFactory,
)

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def get(path: str, user: Any = None, **query: str) -> Any:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client.get(f"{ROOT}/{path}/", query)


def names(path: str, user: Any = None, **query: str) -> list[str]:
    response = get(path, user, **query)
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


@pytest.fixture
def city(db: None) -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def burst_pipe(city: Organisation) -> Category:
    water = DepartmentFactory.create(organisation=city, name="Water", code="water")
    DepartmentFactory.create(organisation=city, name="Electricity", code="electricity")
    StageFactory.create(department=water, name="Repair", position=2)
    StageFactory.create(department=water, name="Inspection", position=1)
    CategoryFactory.create(department=water, name="No water", code="no-water", is_active=False)
    return CategoryFactory.create(department=water, name="Burst pipe", code="burst-pipe")


def test_visitors_read_what_a_public_organisation_offers(burst_pipe: Category) -> None:
    assert names("departments") == ["Electricity", "Water"]
    assert names("categories") == ["Burst pipe", "No water"]
    assert names("categories", is_active="true", department="water") == ["Burst pipe"]
    assert names("stages", department="water") == ["Inspection", "Repair"]
    shown = get(f"categories/{burst_pipe.pk}").json()
    assert (shown["default_priority"], shown["department"]["code"]) == ("medium", "water")


def test_wards_have_a_shape_only_when_one_is_asked_for(city: Organisation) -> None:
    region = RegionFactory.create(organisation=city, number=3)
    ward = WardFactory.create(organisation=city, number=58, region=region)
    WardFactory.create(organisation=city, number=7)

    rows = get("wards").json()["results"]
    assert [row["number"] for row in rows] == [7, 58]
    assert "shape" not in rows[0]
    assert (rows[1]["region"], rows[0]["region"]) == (region.name, None)
    assert get(f"wards/{ward.pk}").json()["shape"]["type"] == "Polygon"
    assert names("wards", number="58,59") == [ward.name]
    assert names("wards", region="3") == [ward.name]


@pytest.mark.parametrize("path", ["departments", "categories", "stages", "wards"])
def test_another_organisations_rows_are_not_there(path: str, burst_pipe: Category) -> None:
    secret = OrganisationFactory.create(public_reports=False, kind="company")
    department = DepartmentFactory.create(organisation=secret, name="Secret")
    rows = {
        "departments": department,
        "categories": CategoryFactory.create(department=department, name="Secret"),
        "stages": StageFactory.create(department=department, name="Secret"),
        "wards": WardFactory.create(organisation=secret, name="Secret"),
    }
    member = MembershipFactory.create(organisation=secret).user
    outsider = MembershipFactory.create(organisation=burst_pipe.organisation).user

    assert names(path, member) == ["Secret"]
    for user in (None, outsider):
        assert "Secret" not in names(path, user)
        assert get(f"{path}/{rows[path].pk}", user).status_code == 404
        refused = get(path, user, organisation=secret.slug)
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_organisation")


@pytest.mark.parametrize("path", ["departments", "categories", "stages", "wards"])
def test_lists_cost_the_same_for_one_row_and_three(
    path: str, burst_pipe: Category, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        WardFactory.create(organisation=burst_pipe.organisation, number=number + 1)
    for size in ("1", "3"):
        with django_assert_max_num_queries(3):
            get(path, page_size=size)


def test_lists_of_configuration_refuse_what_they_do_not_know(burst_pipe: Category) -> None:
    for query in ({"colour": "red"}, {"is_active": "perhaps"}, {"ordering": "code"}, {"cursor": "x"}):
        response = get("departments", **query)
        assert (response.status_code, list(response.json()["errors"])) == (400, list(query))
    assert get("wards", number="x").status_code == 400
    assert APIClient().post(f"{ROOT}/departments/", {}).status_code in {401, 405}
