from __future__ import annotations

from accounts.models.answer import KeptAnswer
from accounts.models.invitation import Invitation
from accounts.models.key import ApiKey
from accounts.models.organisation import Organisation, validate_time_zone
from accounts.models.person import Membership, User, UserManager

__all__ = [
    "ApiKey",
    "Invitation",
    "KeptAnswer",
    "Membership",
    "Organisation",
    "User",
    "UserManager",
    "validate_time_zone",
]
