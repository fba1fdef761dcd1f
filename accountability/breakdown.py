"""Who used up how much of a missed promise, as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from accountability.models import Breach
from accounts.models import User


@dataclass(frozen=True)
class AgentPart:
    """What one person used up of a promise; without a name it is the time in which nobody had the ticket."""

    name: str
    seconds: int
    is_accountable: bool


@dataclass(frozen=True)
class CustodyPart:
    """One department's part of a missed promise. `starts` and `share` are percent of the promised time."""

    name: str
    seconds: int
    starts: int
    share: int
    is_accountable: bool
    over_target: bool
    agents: list[AgentPart]


def custody_parts(breach: Breach) -> list[CustodyPart]:
    """Who used up how much of the promise, in working seconds, and who is accountable. One query."""
    rows = breach.custody_split
    keys = {agent["agent"] for row in rows for agent in row.get("agents", ()) if agent["agent"]}
    names = {str(key): person.get_full_name() for key, person in User.objects.in_bulk(keys).items()}
    parts: list[CustodyPart] = []
    for row in rows:
        is_accountable = row["department"] == str(breach.department_id)
        accountable = str(breach.assignee_id) if breach.assignee_id and is_accountable else ""
        agents = [
            AgentPart(names.get(part["agent"], ""), part["seconds"], bool(part["agent"] == accountable))
            for part in row.get("agents", ())
        ]
        starts = parts[-1].starts + parts[-1].share if parts else 0
        share = row.get("share", 0)
        parts.append(
            CustodyPart(
                name=row["name"],
                seconds=row["seconds"],
                starts=starts,
                share=share,
                is_accountable=is_accountable,
                # Older records do not say.
                over_target=row.get("over_target", False),
                agents=agents,
            )
        )
    return parts
