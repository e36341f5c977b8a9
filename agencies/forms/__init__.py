"""Forms of the registry, its people and its documents."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# A slip of the key (2201, 0202) is told at the field; arithmetic with days then never leaves the calendar.
PLAUSIBLE_DAYS = [
    MinValueValidator(date(1945, 1, 1), _("Ngày quá xa trong quá khứ, xem lại năm.")),
    MaxValueValidator(date(2199, 12, 31), _("Ngày quá xa trong tương lai, xem lại năm.")),
]
