"""`manage.py ceilings AGENCY_CODE`: the maxima an agency may spend, each with its clause."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from agencies.models import Agency, Standing
from isotrack.kit.clock import today
from isotrack.kit.commands import BadInput, HouseCommand, a_day
from isotrack.kit.words import show_date
from plans.ceilings import NoCeiling, ceilings_for
from plans.models.funding import Mode


class Command(HouseCommand):
    """Amounts in whole đồng; exit status 2 for an unknown agency, mode or day."""

    help = "Mức chi tối đa của một cơ quan theo TT 116/2015/TT-BTC."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("agency", metavar="AGENCY_CODE", help=_("Mã cơ quan, ví dụ AG-BDT."))
        parser.add_argument(
            "--mode",
            choices=Mode.values,
            default=Mode.FIRST,
            help=_("Lần đầu (first) hay mở rộng (extension)."),
        )
        parser.add_argument("--on", type=a_day, metavar="DATE", help=_("Theo quy định của ngày này."))

    def answer(self, **options: Any) -> Mapping[str, Any]:
        agency, on = self.find(options["agency"], options["on"])
        try:
            found = ceilings_for(tier_of(agency, on), options["mode"], on)
        except NoCeiling as none:
            raise BadInput(str(none)) from None
        return {"agency": agency.code, **asdict(found)}

    def find(self, code: str, on: date | None) -> tuple[Agency, date]:
        """The bearer of the code on the day asked for: without one, today or its last day."""
        bearers = Agency.objects.filter(code=code).order_by("-valid_from")
        agency = bearers.valid_on(on or today()).first()
        if agency:
            return agency, on or today()
        last = None if on else bearers.first()
        if last and last.valid_to and last.valid_to < today():
            self.stderr.write(
                _("%(agency)s hoạt động đến %(day)s; tính theo ngày đó.")
                % {"agency": last, "day": show_date(last.valid_to)}
            )
            return last, last.valid_to
        told = {"code": code, "day": show_date(on or today())}
        raise BadInput(_("Không có cơ quan mang mã %(code)s vào ngày %(day)s.") % told)


def tier_of(agency: Agency, on: date) -> str:
    """The tier in force on the day, for an agency may move from one to another."""
    standing = Standing.objects.on(on).filter(agency=agency).first()
    return standing.ceiling_tier if standing else agency.ceiling_tier
