"""Every scenario of every feature in this folder."""

from __future__ import annotations

import pytest
from pytest_bdd import scenarios

pytestmark = pytest.mark.django_db(transaction=True)

scenarios(".")
