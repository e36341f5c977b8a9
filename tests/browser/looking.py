"""What every page must be for everybody, judged in the browser itself."""

import os
import sys
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

PHONE, DESK = 360, 1280  # px
# The set-up installs axe-core beside the Python packages; see deploy/setup/install.py.
AXE = Path(sys.prefix) / "front" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RULES = """async (tags) => {
  const found = [];
  const options = { resultTypes: ["violations"], runOnly: { type: "tag", values: tags } };
  for (const rule of (await axe.run(document, options)).violations)
    found.push(`axe ${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(" | ")}`);
  const root = document.documentElement;
  if (!["vi", "en"].includes(root.lang)) found.push(`lang is "${root.lang}"`);
  const heads = document.querySelectorAll("h1");
  if (heads.length !== 1 || !heads[0].innerText.trim()) found.push(`${heads.length} h1`);
  if (!document.title.replace("– IsoTrack", "").trim()) found.push("no title");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const labels = [...(field.labels ?? [])].map((label) => label.textContent.trim()).join("");
    if (!labels && !field.ariaLabel && !field.ariaLabelledByElements?.length)
      found.push(`no label: ${field.name || field.id}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) found.push(`the same id twice: ${twice}`);
  const scroll = document.scrollingElement;
  if (scroll.scrollWidth > window.innerWidth)
    found.push(`sideways: ${scroll.scrollWidth} px in ${window.innerWidth}: ${wide()}`);
  return found;

  function wide() {
    const past = [...document.body.querySelectorAll("*")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > window.innerWidth + 1;
    });
    return past.slice(0, 5).map((one) => `${one.tagName} ${one.className.baseVal ?? one.className}`).join(" | ");
  }
}"""


@cache
def axe() -> str:
    """The accessibility checker's source; no axe, no passing."""
    assert AXE.exists(), f"{AXE} is missing: `make setup-test` installs axe-core"
    return AXE.read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, at this width and size of text; nothing is what we want."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    return list(page.evaluate(RULES, TAGS))


def faults_at_every_size(page: Page) -> list[str]:
    """The same on a desk, on a phone, and on a phone with large text."""
    found = [f"{DESK} px: {fault}" for fault in faults(page)]
    size = page.viewport_size or {"width": DESK, "height": 900}
    page.set_viewport_size(size | {"width": PHONE})
    found += [f"{PHONE} px: {fault}" for fault in faults(page)]
    # What A+ does: the server writes this attribute from the cookie.
    page.evaluate("() => { document.documentElement.dataset.text = 'l' }")
    found += [f"{PHONE} px, A+: {fault}" for fault in faults(page)]
    _picture(page)
    page.set_viewport_size(size)
    return found


def _picture(page: Page) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        name = page.url.split("/", 3)[3].strip("/").replace("/", "-").replace("?", "-") or "home"
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
