from __future__ import annotations

from accountability.admin import breach, ledger

__all__ = ["breach", "ledger"]
