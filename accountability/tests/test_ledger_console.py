"""The ledger in the console, with what is done about its entries."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
LEDGER = "/console/accountability/pointsentry/"


@pytest.mark.usefixtures("breach")
def test_the_points_ledger_is_read_only(johan: User, client: Client) -> None:
    client.force_login(johan)
    assert "Promise missed" in client.get(LEDGER).content.decode()
    assert client.get(f"{LEDGER}add/").status_code == 403
