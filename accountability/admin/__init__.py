from __future__ import annotations

from accountability.admin import appeals, board, breach, ledger, points_rules

__all__ = ["appeals", "board", "breach", "ledger", "points_rules"]
