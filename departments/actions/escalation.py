"""Writing the ladder of an organisation or a department: always as a whole, as a new version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import Capability
from accounts.models import Organisation
from accounts.permissions import has_capability
from common.errors import NotAllowed
from departments.escalation import Step, checked_ladder
from departments.models import Department, EscalationLadder, EscalationStep
from departments.permissions import can_act_in_department


def write_ladder(
    organisation: Organisation,
    *,
    steps: Sequence[Step],
    acting_user: Any,
    department: Department | None = None,
) -> EscalationLadder:
    """Put a ladder in force for the organisation, or for one department of it.

    It holds at once: tickets that expired already go on from the step that they are on. Raises
    NotAllowed and what `checked_ladder` raises; then the ladder before stays in force.
    """
    with transaction.atomic():
        Organisation.objects.select_for_update().only("pk").get(pk=organisation.pk)
        _check_person(organisation, department, acting_user)
        checked = checked_ladder(steps)
        ladders = EscalationLadder.objects.of(organisation.pk, department.pk if department else None)
        version = ladders.count() + 1
        ladders.in_force().update(retired_at=timezone.now())
        ladder = EscalationLadder.objects.create(
            organisation=organisation, department=department, version=version
        )
        EscalationStep.objects.bulk_create(
            EscalationStep(
                ladder=ladder,
                position=step.position,
                audience=step.audience,
                delay_seconds=step.delay_seconds,
            )
            for step in checked
        )
    return ladder


def _check_person(organisation: Organisation, department: Department | None, acting_user: Any) -> None:
    if department is None:
        may = has_capability(acting_user, Capability.MANAGE_ORGANISATION, organisation.pk)
    else:
        may = department.organisation_id == organisation.pk and can_act_in_department(
            acting_user,
            Capability.MANAGE_DEPARTMENT,
            organisation_id=organisation.pk,
            department_id=department.pk,
        )
    if not may:
        raise NotAllowed
