"""A desk that was prepared for somebody becomes theirs, with all that was said of it."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from departments.actions.desks import move_desks
from departments.models import DepartmentMember
from departments.tests.factories import (
    CategoryFactory,
    DepartmentFactory,
    DepartmentMemberFactory,
    RegionFactory,
    WardFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_a_desk", [True, False])
def test_a_prepared_desk_keeps_its_skills_regions_and_wards(has_a_desk: bool) -> None:
    department = DepartmentFactory.create()
    stand_in, person = UserFactory.create(), UserFactory.create()
    prepared = DepartmentMemberFactory.create(department=department, user=stand_in, capacity=7)
    skill = CategoryFactory.create(department=department)
    region = RegionFactory.create(organisation=department.organisation)
    ward = WardFactory.create(organisation=department.organisation)
    prepared.skills.add(skill)
    prepared.regions.add(region)
    prepared.wards.add(ward)
    if has_a_desk:
        DepartmentMemberFactory.create(department=department, user=person)
    move_desks(stand_in, person)
    desk = DepartmentMember.objects.get(user=person)
    assert (desk.capacity, list(desk.skills.all()), list(desk.regions.all()), list(desk.wards.all())) == (
        7,
        [skill],
        [region],
        [ward],
    )
