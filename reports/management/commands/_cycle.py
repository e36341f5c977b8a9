"""What the commands about one cycle share: finding the province and the cycle, or saying why not."""

from agencies.models import Agency
from isotrack.kit.commands import BadInput
from reports.models import ReportCycle


def the_province(code: str | None) -> Agency:
    """The province with this code, or the only one that no other has followed. Raises BadInput."""
    provinces = list(Agency.objects.provinces().filter(**({"code": code} if code else {})))
    if code is None:
        followed = {key for one in provinces for key in one.keeps}
        provinces = [one for one in provinces if one.pk not in followed]
    if len(provinces) != 1:
        known = ", ".join(Agency.objects.provinces().values_list("code", flat=True)) or "none"
        raise BadInput(f"Name one province with --province (known: {known}).")
    return provinces[0]


def the_cycle(year: int, province: Agency) -> ReportCycle:
    """The cycle of a year, of the province or of the one it followed. Raises BadInput."""
    cycle = ReportCycle.objects.filter(province_id__in=province.realm, year=year).first()
    if cycle is None:
        raise BadInput(f"There is no cycle of {year} in {province}; open it with: open_cycle {year}")
    return cycle
