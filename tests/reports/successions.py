"""Builders of successions: planned for a day, or carried out on it."""

from datetime import date

from agencies.actions.succession import After, Before, Wish, plan
from agencies.models import Succession, SuccessionDuty
from reports.actions.succession import carry_out
from tests import make

DAY = date(2021, 7, 1)
BEFORE, AFTER = make.at("2021-06-16 08:00"), make.at("2021-07-01 08:00")
Kind, Choice = Succession.Kind, SuccessionDuty.Choice


def new(code="30337", name="Ủy ban nhân dân xã An Phú", superior="89"):
    return {
        "code": code,
        "name": name,
        "superior": superior,
        "kind": "peoples_committee_commune",
        "level": "commune",
        "group": "ubnd_xa",
        "mandate": "encouraged",
        "ceiling_tier": "2d",
    }


def planned(kind, *before, after=(), founding=(), on=DAY, at=BEFORE, **values):
    wish = Wish(
        kind=kind,
        effective_on=on,
        before=[Before.of(one) for one in before],
        after=[
            *(After(one.code, one.name) for one in after),
            *(After(n["code"], n["name"]) for n in founding),
        ],
        founding=founding,
        document=make.document(number=f"{Succession.objects.count()}/NQ"),
        **values,
    )
    return plan(wish, by=None, at=at, province=make.province())


def carried_out(kind, *before, at=AFTER, **values):
    succession = planned(kind, *before, **values)
    carry_out([succession], by=None, at=at)
    return succession


def two_communes():
    return (
        make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337"),
        make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông", code="30349"),
    )


def undecided():
    """What a split commune left open and nobody has decided on."""
    village = make.agency("Ủy ban nhân dân xã Phước Hưng")
    heirs = make.agency("Ủy ban nhân dân xã Nhơn Hội"), make.agency("Ủy ban nhân dân xã Phú Hữu")
    make.report(village)
    succession = carried_out(Kind.SPLIT, village, after=heirs)
    return succession.duties.get()
