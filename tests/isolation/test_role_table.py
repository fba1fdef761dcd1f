"""The table of roles: printed by a command, and the same in the documentation."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from accounts.enums import Capability, Role
from accounts.roles import ORGANISATION_WIDE_ROLES, ROLE_CAPABILITIES
from tests.architecture.sources import ROOT


def printed(*options: str) -> str:
    written = StringIO()
    call_command("roles", *options, stdout=written)
    return written.getvalue()


def test_every_role_stands_in_the_table_of_capabilities() -> None:
    assert set(ROLE_CAPABILITIES) == set(Role)
    assert {capability for held in ROLE_CAPABILITIES.values() for capability in held} == set(Capability)


def test_the_command_prints_a_line_for_each_capability_and_a_word_for_each_role() -> None:
    heading, *lines = (line.split() for line in printed().splitlines())
    assert heading == ["may", *Role.values]
    told = {line[0]: line[1:] for line in lines[:-1]}
    assert told == {
        capability.value: ["yes" if capability in ROLE_CAPABILITIES[role] else "–" for role in Role]
        for capability in Capability
    }
    assert lines[-1][-len(Role) :] == ["yes" if role in ORGANISATION_WIDE_ROLES else "–" for role in Role]


def test_the_documentation_has_the_table_that_the_command_prints() -> None:
    assert printed("--markdown") in (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
