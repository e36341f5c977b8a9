"""What comes out of the printer, read with poppler's tools: words, pages, pictures."""

import os
import re
import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "print"
WRITING = bool(os.environ.get("ISOTRACK_WRITE_GOLDEN"))
DOTS = 40  # an inch: enough to see where things stand, too coarse for the edges of letters
LIKE = 2.0  # of 255 shades, in the mean; a page that moved by one dot makes about 10


def tool(name: str, paper: bytes, *options: str) -> bytes:
    """What one of the tools says about a paper that it reads from its standard input."""
    done = subprocess.run([name, *options], input=paper, capture_output=True, check=True)
    return done.stdout


def text(paper: bytes) -> str:
    """The words of a paper line by line; ~~~ ends a page."""
    read = tool("pdftotext", paper, "-layout", "-", "-").decode().replace("\f", "~~~\n")
    return "".join(f"{re.sub(' +', ' ', line).strip(' ')}\n" for line in read.splitlines() if line.strip())


def words(paper: bytes) -> str:
    """The same on one line, to look for sentences in."""
    return " ".join(text(paper).split())


def reads_as(name: str, paper: bytes) -> None:
    """Compare the words with the golden file; ISOTRACK_WRITE_GOLDEN=1 writes it anew."""
    path, read = GOLDEN / f"{name}.txt", text(paper)
    if WRITING:
        path.write_text(read, encoding="utf-8")
    assert read == path.read_text(encoding="utf-8")


def looks_as(name: str, paper: bytes, *, page: int = 1) -> None:
    """Compare the picture of one page with the golden one, shade by shade."""
    path, drawn = GOLDEN / f"{name}-{page}.png", _drawn(paper, page)
    if WRITING:
        path.write_bytes(drawn)
    mine, golden = _shades(drawn), _shades(path.read_bytes())
    assert len(mine) == len(golden)
    assert sum(abs(one - other) for one, other in zip(mine, golden, strict=True)) / len(mine) < LIKE


def _drawn(paper: bytes, page: int) -> bytes:
    only = ("-f", str(page), "-l", str(page))
    return tool("pdftoppm", paper, "-r", str(DOTS), "-gray", "-png", *only, "-singlefile")


def _shades(picture: bytes) -> bytes:
    with Image.open(BytesIO(picture)) as opened:
        return opened.convert("L").tobytes()
