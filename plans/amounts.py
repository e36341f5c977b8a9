"""Amounts of money as people type them, read into whole đồng and never through a float."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_decimal, show_number

# What a word behind the figure multiplies it by; people write all of these.
_UNITS = {
    "nghìn": 10**3,
    "ngàn": 10**3,
    "triệu": 10**6,
    "tr": 10**6,
    "tỷ": 10**9,
    "tỉ": 10**9,
}
_CURRENCY = re.compile(r"\s*(đồng|đ|₫|vnđ|vnd)\.?$", re.IGNORECASE)
_UNIT = re.compile(rf"\s*({'|'.join(_UNITS)})\.?$", re.IGNORECASE)
MOST = 10**15  # a thousand times a province's yearly budget; more is a slip of the hand


def read_amount(text: str) -> int:
    """Read "1.234.567", "33000000 đ", "33 triệu", "1,5 triệu đồng" into whole đồng.

    Raises Misread, with the form that is expected, for fractions of a đồng, negative amounts and whatever
    could be read in two ways ("1,234,567", "1.5 triệu").
    """
    bare = _CURRENCY.sub("", clean(text))
    unit = _UNIT.search(bare)
    try:
        number = read_decimal(_UNIT.sub("", bare))
    except Misread:
        raise Misread(
            _("Nhập số tiền như 33.000.000 hoặc 33 triệu; hàng nghìn cách bằng dấu chấm.")
        ) from None
    return _whole(number * (_UNITS[unit[1].lower()] if unit else 1))


def show_quantity(quantity: Decimal) -> str:
    """Decimal("2.50") → "2,5"; Decimal("3.00") → "3"."""
    whole = quantity == quantity.to_integral_value()
    return show_number(int(quantity) if whole else quantity.normalize())


def _whole(amount: Decimal) -> int:
    if amount < 0:
        raise Misread(_("Số tiền không được âm. Nhập ví dụ 33.000.000."))
    if amount != amount.to_integral_value():
        raise Misread(_("Số tiền phải nguyên đồng, không có phần lẻ. Nhập ví dụ 1.500.000 hoặc 1,5 triệu."))
    if amount > MOST:
        raise Misread(_("Số tiền lớn bất thường. Kiểm tra lại số chữ số 0, ví dụ 33.000.000."))
    return int(amount)
