"""The short legal bases of a definition ("QĐ 19/2014 Đ4 k3") as officials write them, smallest unit first.

Names of legal acts stay Vietnamese in every language.
"""

import re

LETTER = "Công văn 1141/UBND-TH ngày 28/10/2020"
ACTS = {
    "QĐ 19/2014": "QĐ 19/2014/QĐ-TTg",
    "TT 26/2014": "TT 26/2014/TT-BKHCN",
    "TT 116/2015": "TT 116/2015/TT-BTC",
    "NĐ 30/2020": "NĐ 30/2020/NĐ-CP",
}
_ACT = re.compile(r"((?:QĐ|TT|NĐ) \d+/\d{4})\b\s*(.*)")
_STANDARD = re.compile(r"(TCVN .+?) (mục \S+)")
_ARTICLE = re.compile(r"Đ(\d+)(?: k(\d+)([a-zđ]?))?(?: \((.+)\))?")


def legal_basis_in_words(text: str) -> str:
    """ "QĐ 19/2014 Đ4 k2d" → "điểm d khoản 2 Điều 4 QĐ 19/2014/QĐ-TTg"; what is not known stays as it is."""
    return "; ".join(_basis(part.strip()) for part in text.split(";") if part.strip())


def _basis(part: str) -> str:
    if part == "seed":
        return LETTER
    if standard := _STANDARD.fullmatch(part):
        return f"{standard[2]} {standard[1]}"
    act = _ACT.fullmatch(part)
    if act is None or act[1] not in ACTS:
        return part
    places = ", ".join(_place(place.strip()) for place in act[2].split(",") if place.strip())
    return f"{places} {ACTS[act[1]]}".strip()


def _place(place: str) -> str:
    article = _ARTICLE.fullmatch(place)
    if article is None:
        return place
    number, clause, point, passage = article.groups()
    units = (passage, point and f"điểm {point}", clause and f"khoản {clause}", f"Điều {number}")
    return " ".join(unit for unit in units if unit)
