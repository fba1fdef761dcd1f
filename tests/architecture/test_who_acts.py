"""`acting_user=None` is the system: no face that people reach may ever say it (decision 3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts",
    "departments",
    "articles",
    "tickets",
    "notifications",
    "accountability",
    "reports",
    "jobs",
)
FACES = [
    path
    for app in APPS
    for name in ("views*", "api", "admin*", "forms*")
    for folder in (ROOT / app).glob(name)
    for path in ([folder] if folder.suffix == ".py" else folder.rglob("*.py"))
]


@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_face_acts_as_the_system(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    as_system = [
        call.lineno
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "acting_user"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is None
    ]
    assert as_system == []
