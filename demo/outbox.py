"""Where the demo keeps what would have left the house: one JSON file per message in the data directory."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

KEPT_MESSAGES = 500


@dataclass(frozen=True)
class SentMessage:
    kind: str
    sender: str
    recipients: list[str]
    text: str
    subject: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    sent_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.sent_at)


@dataclass(frozen=True)
class Outbox:
    folder: Path

    def add(self, message: SentMessage) -> None:
        """Keep a message; readers in other processes see it whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{time.time_ns():020d}-{uuid4().hex}.json"
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(message), ensure_ascii=False), encoding="utf-8")
        partial.replace(path)
        self.forget_oldest()

    def newest(self, *, limit: int = KEPT_MESSAGES) -> list[SentMessage]:
        return [SentMessage(**found) for found in self.read(self.paths()[:limit])]

    def addressed_to(self, recipient: str, *, limit: int = KEPT_MESSAGES) -> list[SentMessage]:
        """The newest messages to one address or number, spelled in any case."""
        wanted = recipient.strip().casefold()
        return [
            message
            for message in self.newest(limit=limit)
            if wanted in (address.casefold() for address in message.recipients)
        ]

    def clear(self) -> None:
        for path in self.paths():
            path.unlink(missing_ok=True)

    def forget_oldest(self) -> None:
        for path in self.paths()[KEPT_MESSAGES:]:
            path.unlink(missing_ok=True)

    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"), reverse=True)

    @staticmethod
    def read(paths: list[Path]) -> Iterator[dict[str, Any]]:
        for path in paths:
            try:
                yield json.loads(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                # Pruned by another process between listing and reading.
                continue
