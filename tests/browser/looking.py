"""What every page must be for everybody, judged in the browser itself."""

import sys
from functools import cache
from hashlib import blake2b
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Page

PHONE, DESK = 360, 1280  # px
# The set-up installs axe-core beside the Python packages; see deploy/setup/install.py.
AXE = Path(sys.prefix) / "front" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

ACCESSIBLE = """async (tags) => {
  // What sticks to the window's edge covers targets only until one scrolls: judged where it belongs.
  for (const one of document.body.querySelectorAll("*"))
    if (getComputedStyle(one).position === "sticky") one.style.position = "static";
  const options = { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } };
  const { violations } = await axe.run(document, options);
  const where = (rule) => rule.nodes.map((node) => node.target.join(" ")).join(" | ");
  return violations.map((rule) => `${rule.id}: ${where(rule)}`);
}"""

IN_ORDER = """() => {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const lang = document.documentElement.lang;
  if (!["vi", "en"].includes(lang)) found.push(`lang is "${lang}"`);
  const heads = all("h1").map((one) => one.innerText.trim());
  if (heads.length !== 1 || !heads[0]) found.push(`h1: ${JSON.stringify(heads)}`);
  if (!document.title.replace("– IsoTrack", "").trim()) found.push("no title");
  const named = (field) => [...field.labels].some((label) => label.textContent.trim());
  for (const field of all("input:not([type=hidden]), select, textarea"))
    if (!named(field) && !field.ariaLabel) found.push(`no label: ${field.name || field.id}`);
  const ids = all("[id]").map((one) => one.id);
  for (const id of ids.filter((one, place) => ids.indexOf(one) !== place)) found.push(`twice: #${id}`);
  return found;
}"""

SIDEWAYS = """() => {
  const width = window.innerWidth, whole = document.scrollingElement.scrollWidth;
  if (whole <= width) return [];
  const right = (one) => one.getBoundingClientRect().right;
  const past = [...document.querySelectorAll("main *")].filter((one) => right(one) > width + 1);
  const called = past.slice(0, 5).map((one) => `${one.tagName} ${one.getAttribute("class") ?? ""}`);
  return [`${whole} px in ${width}: ${called.join(" | ")}`];
}"""


# A small table of numbers stays a table on a phone: then all of it has to be in sight.
CUT_OFF = """() => [...document.querySelectorAll(".tablewrap:has(.tight)")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `table of ${one.scrollWidth} px in ${one.clientWidth}: ${one.innerText.slice(0, 60)}`)"""


@cache
def axe() -> str:
    """The accessibility checker's source; no axe, no passing."""
    assert AXE.exists(), f"{AXE} is missing: `make setup-test` installs axe-core"
    return AXE.read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, at this width and size of text; nothing is what we want."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    return [*page.evaluate(ACCESSIBLE, TAGS), *page.evaluate(IN_ORDER), *page.evaluate(SIDEWAYS)]


def faults_at_every_size(page: Page) -> list[str]:
    """The same on a desk and on a phone; and with large text on a phone, whether the page still fits."""
    found = [f"{DESK} px: {fault}" for fault in faults(page)]
    page.set_viewport_size({"width": PHONE, "height": 800})
    found += [f"{PHONE} px: {fault}" for fault in [*faults(page), *page.evaluate(CUT_OFF)]]
    # What A+ does: the server writes this attribute from the cookie.
    page.evaluate("() => { document.documentElement.dataset.text = 'l' }")
    found += [f"{PHONE} px, A+: {fault}" for fault in page.evaluate(SIDEWAYS)]
    page.set_viewport_size({"width": DESK, "height": 900})
    return found


class _Skeleton(HTMLParser):
    """The ways to the elements of a page: tags and what styles and names them, but no text, key or number."""

    LEAVES = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr", "use", "path"))
    TELLING = ("class", "type", "role", "scope", "lang")

    def __init__(self) -> None:
        super().__init__()
        self.way: list[str] = []
        self.ways: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [f"{name}={value}" if name in self.TELLING else name for name, value in attrs]
        self.way.append(" ".join([tag, *sorted(told)]))
        self.ways.add(" > ".join(self.way))
        if tag in self.LEAVES:
            self.way.pop()

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.way) - 1, -1, -1):
            if self.way[place].split()[0] == tag:
                del self.way[place:]
                break


def skeleton(html: str) -> frozenset[str]:
    """How a page is built. Two pages built alike differ in words only: looking at one of them is enough."""
    parser = _Skeleton()
    parser.feed(html)
    return frozenset(blake2b(way.encode(), digest_size=6).hexdigest() for way in parser.ways)
