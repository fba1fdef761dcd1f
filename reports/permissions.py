from __future__ import annotations

import uuid
from typing import Any

from accounts.enums import Capability
from accounts.permissions import has_capability


def can_read_reports(user: Any, organisation_id: uuid.UUID) -> bool:
    return has_capability(user, Capability.VIEW_REPORTS, organisation_id)
