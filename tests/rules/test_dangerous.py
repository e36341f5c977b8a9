"""What lets data become a program is not there, or stands in the one place that is known for it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from reports.questions.definition import _PlainLoader

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("isotrack", "agencies", "plans", "reports")
FILES = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SOURCES = sorted(path for path in FILES if "migrations" not in path.parts)
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
CALLS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "dill", "ctypes", "telnetlib", "ftplib", "xml", "ldap", "jinja2"}
# Weak digests, for whatever purpose.
WEAK = {"md5", "sha1", "crc32"}
# What draws a demonstration, always the same from its seed; nothing of it is a secret.
DRAWN = {"reports/actions/season.py", "reports/actions/demonstration_letters.py"}
# Raw SQL: constants, with parameters; each has tests with hostile values.
SQL = {"agencies/models/agency.py"}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def everything() -> dict[str, list[ast.AST]]:
    """Every node of the product's code, by its file."""
    return {place(path): list(ast.walk(ast.parse(path.read_text("utf-8")))) for path in SOURCES}


def found(wanted) -> set[str]:
    """The places of the product's code in which a node is what is wanted."""
    return {name for name, nodes in everything().items() if any(map(wanted, nodes))}


def called(node: ast.AST) -> str:
    """The last name of what is called: "loads" of json.loads(x)."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def test_no_text_becomes_a_program():
    assert found(lambda node: isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS) == set()


def test_nothing_is_read_back_as_objects_and_no_old_protocol_is_spoken():
    assert found(lambda node: bool(imported(node) & MODULES)) == set()


def test_no_command_goes_through_a_shell():
    def shell(node):
        said = {one.arg: getattr(one.value, "value", True) for one in getattr(node, "keywords", [])}
        return called(node) in ("system", "popen") or (bool(called(node)) and said.get("shell", False))

    assert found(shell) == set()
    assert found(lambda node: "subprocess" in imported(node)) == {"reports/doctor.py"}


def test_queries_are_built_by_the_framework_or_are_constants():
    assert found(lambda node: called(node) in ("extra", "raw")) == set()
    assert found(lambda node: called(node) == "RawSQL" and not isinstance(node.args[0], ast.Name)) == set()
    assert found(lambda node: called(node) == "RawSQL") == SQL


def test_no_weak_digest_is_used():
    assert found(lambda node: called(node) in WEAK) == set()


def test_chance_is_drawn_from_the_system_where_it_has_to_be_secret():
    assert found(lambda node: "random" in imported(node)) <= DRAWN


def test_no_template_lets_markup_through():
    pages = {place(path): path.read_text("utf-8") for path in TEMPLATES if path.suffix == ".html"}
    assert [name for name, text in pages.items() if re.search(r"\|\s*safe\b|autoescape off", text)] == []


def test_templates_are_files_and_never_made_of_what_was_typed():
    assert found(lambda node: called(node) in ("Template", "from_string")) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_run_nothing_keep_nothing_and_listen_to_no_other_window(path):
    text = path.read_text(encoding="utf-8")
    for word in ("eval(", "new Function", "document.write", "localStorage", "sessionStorage", "indexedDB"):
        assert word not in text
    for word in ("postMessage", "window.open", "document.cookie", "jsonp", "__proto__", "outerHTML"):
        assert word not in text
    # Markup is taken from our own server's answer only, in the one file that asks for it.
    assert "innerHTML =" not in text or path.name == "autosave.js"
    assert not re.search(r"fetch\(\s*[\"'`]https?:", text)


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [x]", "!!python/name:os.system", "!t x"])
def test_a_questionnaire_makes_no_objects(text):
    assert issubclass(_PlainLoader, yaml.SafeLoader)
    with pytest.raises(yaml.YAMLError):
        yaml.load(text, Loader=_PlainLoader)


def test_certificates_are_checked_everywhere():
    def unchecked(node):
        said = {one.arg: getattr(one.value, "value", None) for one in getattr(node, "keywords", [])}
        return said.get("verify", True) is False or said.get("check_hostname", True) is False

    assert found(unchecked) == set()
    assert found(lambda node: "CERT_NONE" in (getattr(node, "attr", ""), getattr(node, "id", ""))) == set()
    assert found(lambda node: called(node) == "_create_unverified_context") == set()
