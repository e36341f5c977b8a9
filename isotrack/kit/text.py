"""Vietnamese text: one written form, one form to search in, one to sort by."""

import re
import unicodedata
from functools import lru_cache

# CLDR "vi": letters in this order; marks of tone decide only between otherwise equal words.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
_INVISIBLE = dict.fromkeys((0x0000, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))
_UNSEEN = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
_RANK = {letter: chr(0x40 + place) for place, letter in enumerate(_ALPHABET)}


def clean(text: str) -> str:
    """NFC, without invisible characters, with single ordinary spaces and none at the ends."""
    if _UNSEEN.search(text):
        text = text.translate(_INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """The form to search in: no tones, no marks, đ as d, no case ("Ban Tôn giáo" → "ban ton giao")."""
    spread = unicodedata.normalize("NFD", clean(text).casefold())
    bare = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return bare.replace("đ", "d")


def spell(text: str) -> str:
    """One form whatever the capitals, dashes and the placement of the tone ("Hoà" and "HÒA" → "hoa\u0300").

    Other than `fold` it keeps every mark: "Vĩnh" and "Vinh" stay two words.
    """
    words = re.sub(r"\s*[-–—,]\s*", " ", unicodedata.normalize("NFD", clean(text).casefold())).split()
    return " ".join(map(_tone_last, words))


def _tone_last(word: str) -> str:
    tones = "".join(sign for sign in word if sign in _TONES)
    return "".join(sign for sign in word if sign not in _TONES) + tones if tones else word


def sort_key(text: str) -> str:
    """A stored key whose plain byte order is the order of the Vietnamese alphabet.

    Letters decide first (a ă â b c d đ e ê …), tones only between equal words. Digits sort as numbers of
    up to eight places, before letters.
    """
    letters: list[str] = []
    tones: list[str] = []
    for sign in clean(text).casefold():
        letter, tone = _letter_and_tone(sign)
        letters.append(_RANK.get(letter, letter if letter.isalnum() else " "))
        tones.append(str(tone))
    base = re.sub(r"\d+", lambda found: found.group().zfill(8), "".join(letters))
    return " ".join(base.split()) + "!" + "".join(tones).rstrip("0")


@lru_cache(maxsize=4096)
def _letter_and_tone(sign: str) -> tuple[str, int]:
    spread = unicodedata.normalize("NFD", sign)
    tone = next((_TONES[mark] for mark in spread if mark in _TONES), 0)
    bare = "".join(mark for mark in spread if mark not in _TONES)
    return unicodedata.normalize("NFC", bare), tone
