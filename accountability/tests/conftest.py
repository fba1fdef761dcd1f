from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accountability.actions.recording import hold_accountable
from accountability.models import Breach
from accounts.enums import Role
from accounts.models import User
from departments.tests.factories import staff_member
from tickets.actions.expiry import expire_due_tickets
from tickets.enums import EventKind
from tickets.tests.factories import burst_pipe_category, report_ticket


@pytest.fixture
def breach() -> Breach:
    ticket = report_ticket(burst_pipe_category())
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        expire_due_tickets(acting_user=None)
    hold_accountable([ticket.events.get(kind=EventKind.EXPIRED).pk])
    return Breach.objects.get()


@pytest.fixture
def johan(breach: Breach) -> User:
    return staff_member(breach.department, role=Role.DEPARTMENT_ADMIN, full_name="Johan Nkosi")
