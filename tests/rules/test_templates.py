"""Every template is used, and templates stay plain."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
# Found by name by Django, allauth or crispy, not by ours.
BY_CONVENTION = (
    "account/",
    "mfa/",
    "socialaccount/",
    "bootstrap5/",
    "400.html",
    "403.html",
    "404.html",
    "429.html",
    "500.html",
    "503.html",
    "403_csrf.html",
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def everything_written() -> str:
    rooms = ("isotrack", "agencies", "plans", "reports", "templates")
    files = (
        path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".html", ".txt")
    )
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.fixture(scope="module")
def written() -> str:
    return everything_written()


@pytest.mark.parametrize("name", [name_of(path) for path in TEMPLATES])
def test_every_template_is_used(name, written):
    if name.startswith(BY_CONVENTION):
        return
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    generic = re.search(rf"{re.escape(stem)}", written) if name.startswith("mail/") else None
    assert name in written or generic


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=name_of)
def test_pages_obey_the_content_security_policy(path):
    text = path.read_text(encoding="utf-8")
    if name_of(path).startswith(("mail/", "print/")):
        return
    assert not re.search(
        r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\s(?:src=|type=.application/json.))", text
    )


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=name_of)
def test_no_template_asks_who_the_user_is(path):
    assert not re.search(r"{%\s*(?:el)?if[^%]*user\.(?:role|is_|sees_)", path.read_text(encoding="utf-8"))


NAMED = re.compile(r"^(?:const|let|class|function|async function)\s+([A-Za-z_$][\w$]*)", re.M)


def test_no_script_names_anything_that_the_script_of_every_page_names_too():
    """They share one room: a second `const` of the same name stops the whole second script."""
    scripts = {path.name: set(NAMED.findall(path.read_text("utf-8"))) for path in STATIC.glob("*.js")}
    common = scripts.pop("isotrack.js")
    assert common
    assert {name: common & names for name, names in scripts.items() if common & names} == {}
