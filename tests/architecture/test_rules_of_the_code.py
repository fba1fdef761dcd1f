"""What no linter can see: the rules of docs/architecture.md, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import ROOT, Source, all_sources, production_sources

LONGEST_FILE = 500
QUERY_METHODS = frozenset({"filter", "exclude", "annotate", "aggregate", "raw", "extra"})


def test_only_ticket_actions_assign_status() -> None:
    outside = [source for source in production_sources() if not source.name.startswith("tickets/actions/")]
    found = [source.at(node) for source in outside for node in source.nodes() if assigns_status(node)]
    assert found == []


def assigns_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(is_status_of_another(target) for target in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
        return any(keyword.arg == "status" for keyword in node.keywords)
    return isinstance(node, ast.Call) and is_setattr_of_status(node)


def is_status_of_another(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple):
        return any(is_status_of_another(part) for part in target.elts)
    if not isinstance(target, ast.Attribute) or target.attr != "status":
        return False
    return not (isinstance(target.value, ast.Name) and target.value.id == "self")


def is_setattr_of_status(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(call.args) > 1):
        return False
    name = call.args[1]
    return isinstance(name, ast.Constant) and name.value == "status"


def test_views_and_admin_ask_querysets_instead_of_writing_queries() -> None:
    interfaces = [source for source in production_sources() if source.is_part("views", "admin")]
    found = [source.at(node) for source in interfaces for node in source.nodes() if writes_query(node)]
    assert found == []


def writes_query(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "objects":
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in QUERY_METHODS
    )


def test_nothing_listens_to_model_signals() -> None:
    found = [
        source.at(node) for source in production_sources() for node in source.nodes() if imports_signals(node)
    ]
    assert found == []


def imports_signals(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "django.db.models.signals" or (
            node.module == "django.db.models" and any(alias.name == "signals" for alias in node.names)
        )
    return isinstance(node, ast.Import) and any(
        alias.name.startswith("django.db.models.signals") for alias in node.names
    )


def test_every_file_defers_annotations_first() -> None:
    assert [
        source.name for source in all_sources() if not source.is_migration and not starts_with_future(source)
    ] == []


def starts_with_future(source: Source) -> bool:
    statements = [node for node in source.tree.body if not is_docstring(node)]
    if not statements:
        return True
    first = statements[0]
    return isinstance(first, ast.ImportFrom) and first.module == "__future__"


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_no_source_file_is_longer_than_the_limit() -> None:
    lengths = {
        source.name: source.path.read_text(encoding="utf-8").count("\n")
        for source in production_sources()
        # What begins an app is as long as its tables are many, and nobody reads it for its logic.
        if not source.name.endswith("migrations/0001_squashed.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_migration_says_what_it_does() -> None:
    found = [source.name for source in all_sources() if source.is_migration and "_auto_" in source.path.name]
    assert found == []


def test_no_drawer_is_called_utils() -> None:
    drawers = {"utils", "helpers", "services", "managers", "misc"}
    assert [source.name for source in all_sources() if source.is_part(*drawers)] == []


def test_templates_carry_no_inline_script_or_style() -> None:
    found = [
        name
        for name, text in resident_templates()
        if "<style" in text or 'style="' in text or has_inline_script(text)
    ]
    assert found == []


def resident_templates() -> Iterator[tuple[str, str]]:
    for folder in (ROOT / "templates", ROOT / "demo" / "templates"):
        for path in sorted(folder.rglob("*.html")):
            relative = path.relative_to(folder).parts
            # Mail readers know no stylesheets, and the console has a policy of its own.
            if relative[0] not in {"emails", "admin", "console", "notifications"}:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def has_inline_script(text: str) -> bool:
    scripts = [piece.split(">", 1)[0] for piece in text.split("<script")[1:]]
    return any("src=" not in tag and "application/json" not in tag for tag in scripts)
