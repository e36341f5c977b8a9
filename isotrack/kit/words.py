"""Numbers, money, percentages and dates as Vietnamese offices write and read them.

Reading is strict where a guess could change a value: "1.234,5" is read, "12,345,6" is refused with the form
that is expected. Nothing here is a float: money is whole đồng, other numbers are Decimal.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from isotrack.kit.clock import ZONE
from isotrack.kit.text import clean

NOTHING = "–"  # 0/0 and other figures that do not exist


class Misread(ValueError):
    """A typed value that cannot be read; the message says which form is expected."""


_SEPARATORS = str.maketrans(",.", ".,")


def show_number(number: int | Decimal) -> str:
    """1234567 → "1.234.567"; Decimal("1234.5") → "1.234,5"."""
    return f"{number:,}".translate(_SEPARATORS)


def show_money(dong: int) -> str:
    """Whole đồng: 33000000 → "33.000.000 đồng"."""
    return _("%(amount)s đồng") % {"amount": show_number(dong)}


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, two decimals, half up; None for 0/0."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def show_percent(percent: Decimal | None, sign: bool = True) -> str:
    """Decimal("89.105") → "89,11 %"; None → "–". Two decimals, half up, decimal comma."""
    if percent is None:
        return NOTHING
    rounded = percent.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return show_number(rounded) + ("\u00a0%" if sign else "")


def show_date(day: date) -> str:
    """For tables, fields, stamps and files: 05/07/2021."""
    return f"{day:%d/%m/%Y}"


def show_time(instant: datetime) -> str:
    """For tables and stamps: 05/07/2021 09:41, Vietnamese time."""
    return f"{instant.astimezone(ZONE):%d/%m/%Y %H:%M}"


def say_date(day: date) -> str:
    """In sentences, as official letters write it: 05/7/2021, 08/02/2021 (NĐ 30/2020: 0 before 1, 2)."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def say_time(instant: datetime) -> str:
    """In sentences: "10:12 ngày 16/6/2021", Vietnamese time."""
    local = instant.astimezone(ZONE)
    return _("%(time)s ngày %(date)s") % {"time": f"{local:%H:%M}", "date": say_date(local.date())}


def read_integer(text: str) -> int:
    """Read a whole number, with or without dots between thousands: "1.234" → 1234. Raises Misread."""
    number = _read_whole(text)
    if number is None:
        raise Misread(_("Nhập số nguyên, ví dụ 1234 hoặc 1.234."))
    return number


def read_decimal(text: str) -> Decimal:
    """Read a number with a decimal comma: "1.234,5" → Decimal("1234.5"). Raises Misread."""
    number = _read(text)
    if number is None:
        raise Misread(_("Nhập số với dấu phẩy thập phân, ví dụ 1.234,5."))
    return number


def read_money(text: str) -> int:
    """Read whole đồng: "33.000.000", "33.000.000 đồng", "33000000đ". Raises Misread."""
    number = _read_whole(re.sub(r"\s*(đồng|đ|vnđ|vnd)\.?$", "", clean(text), flags=re.IGNORECASE))
    if number is None:
        raise Misread(_("Nhập số tiền nguyên đồng, ví dụ 33.000.000."))
    return number


def read_percent(text: str) -> Decimal:
    """Read a percentage with or without its sign: "95,5 %" → Decimal("95.5"). Raises Misread."""
    return read_decimal(clean(text).removesuffix("%"))


def read_date(text: str) -> date:
    """Read d/m/yyyy, d-m-yyyy, d.m.yyyy, "ngày d tháng m năm yyyy" or yyyy-mm-dd. Raises Misread."""
    typed = clean(text)
    plain = re.sub(r"\s*(?:tháng|năm)\s*", "/", re.sub(r"^ngày\s*", "", typed.casefold()))
    day_first = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", plain)
    year_first = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", typed)
    try:
        if day_first:
            return date(int(day_first[4]), int(day_first[3]), int(day_first[1]))
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
    except ValueError:
        raise Misread(_("Ngày %(typed)s không có trong lịch.") % {"typed": typed}) from None
    if short := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{2})", plain):
        words = {"typed": typed, "meant": f"{short[1]}/{short[3]}/20{short[4]}"}
        raise Misread(_("“%(typed)s” chưa rõ năm. Nếu là %(meant)s thì ghi đủ bốn chữ số của năm.") % words)
    raise Misread(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/07/2021."))


def _read_whole(text: str) -> int | None:
    """A whole number, or None. "12,000" is none: an Englishman means twelve thousand, a Vietnamese twelve."""
    number = None if re.search(r",\d{3}(?!\d)", text) else _read(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _read(text: str) -> Decimal | None:
    """One number in Vietnamese form, or None. Dots stand only between groups of three, one comma at most."""
    typed = clean(text).replace(" ", "").replace("−", "-")
    if not re.fullmatch(r"-?(\d{1,18}|\d{1,3}(\.\d{3}){1,5})(,\d{1,9})?", typed, flags=re.ASCII):
        return None
    return Decimal(typed.replace(".", "").replace(",", "."))
