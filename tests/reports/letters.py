"""Superiors with late and missing ones: what tests about letters begin from.

Sở Nội vụ has one that sent three days late and one that never sent; a third one sent in time.
"""

import hashlib
from datetime import date
from io import BytesIO

from agencies.models import Agency, User
from reports.actions.directive import open_duty, record_letter
from reports.models import DirectiveDuty, ReportCycle
from tests import make
from tests.make import at

CLOSING = at("2021-07-05 08:30")
PDF = b"%PDF-1.7\n%%EOF\n"


def home_affairs() -> tuple[Agency, ReportCycle]:
    """Sở Nội vụ, whose own report is in, with three agencies below it; and the open cycle 2020."""
    above = make.department("Sở Nội vụ", code="AG-SNV", reports_annually=False)
    below = {
        "Ban Tôn giáo": "2021-07-02 09:00",
        "Ban Thi đua - Khen thưởng": "2021-06-20 09:00",
        "Chi cục Văn thư - Lưu trữ": None,
    }
    units = {
        name: make.department(name, superior=above, contact=f"{code}@agency.example")
        for code, name in zip(("btg", "btdkt", "ccvtlt"), below, strict=True)
    }
    for name in ("Ban Tôn giáo", "Chi cục Văn thư - Lưu trữ"):
        make.officer(units[name], full_name=f"Người của {name}")
    cycle = make.cycle()
    letter = {"issued_on": date(2020, 10, 28), "issuer": "UBND tỉnh An Giang"}
    cycle.documents.add(make.document("1141/UBND-TH", **letter))
    for name, sent in below.items():
        if sent:
            make.report(units[name], cycle, sent=sent)
    return above, cycle


def duty(*, by: User | None = None, due_on: date | None = None) -> DirectiveDuty:
    """The duty of Sở Nội vụ, opened by hand on 5/7/2021."""
    above, cycle = home_affairs()
    return open_duty(cycle, above, by=by or make.staff(), at=CLOSING, due_on=due_on)


def written(owed: DirectiveDuty, *, by: User, when: str = "2021-07-12 10:00", **values) -> DirectiveDuty:
    """Put down a letter of that day."""
    signed = {
        "number": 812,
        "symbol": "SNV-VP",
        "dated": at(when).date(),
        "signer": "Nguyễn Văn A",
        "position": "Giám đốc",
        "content": BytesIO(PDF),
        "name": "812-SNV-VP.pdf",
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    return record_letter(owed, by=by, at=at(when), **signed | values)
