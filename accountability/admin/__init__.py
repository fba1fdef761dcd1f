from __future__ import annotations

from accountability.admin import appeals, breach, ledger, points_rules

__all__ = ["appeals", "breach", "ledger", "points_rules"]
