"""An arrow never turns: kit ← journal ← agencies ← plans ← reports ← composition."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What each room may import of our own, besides itself. The composition files may import everything.
MAY_SEE = {
    "isotrack.kit": set(),
    "isotrack.journal": {"isotrack.kit"},
    "agencies": {"isotrack.kit", "isotrack.journal"},
    "plans": {"isotrack.kit", "isotrack.journal", "agencies"},
    "reports": {"isotrack.kit", "isotrack.journal", "agencies", "plans"},
}
COMPOSITION = {"isotrack/urls.py", "isotrack/celery.py", "isotrack/settings.py", "isotrack/wsgi.py"}


def room_of(module: str) -> str | None:
    return next((room for room in MAY_SEE if module == room or module.startswith(f"{room}.")), None)


def modules() -> list[Path]:
    return [path for room in MAY_SEE for path in (ROOT / room.replace(".", "/")).rglob("*.py")]


def imported(path: Path) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path):
    own = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert own is not None
    seen = {room_of(name) or name.split(".")[0] for _node, name in imported(path)}
    ours = {room for room in seen if room in MAY_SEE or room == "isotrack"}
    assert ours - {own} <= MAY_SEE[own]


def test_nobody_imports_the_composition():
    names = {name for path in modules() for _node, name in imported(path)}
    composed = {file.removesuffix(".py").replace("/", ".") for file in COMPOSITION}
    assert not {name for name in names for file in composed if name.startswith(file)}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_stand_at_the_top(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_workbooks_and_papers_are_made_in_one_place_each():
    homes = {
        "openpyxl": "isotrack/kit/sheets",
        "weasyprint": "isotrack/kit/papers.py",
        "docx": "isotrack/kit/docx.py",
    }
    for library, home in homes.items():
        users = {
            str(path.relative_to(ROOT))
            for path in modules()
            for _node, name in imported(path)
            if name.split(".")[0] == library
        }
        assert users and all(user == home or user.startswith(f"{home}/") for user in users)
