"""The public check of a paper: whether its code and its check code are ours, and what we know of it.

Everybody may ask, so nothing of a person is said, and an unknown code is answered like a wrong check code, at
the same price: the stored check code is compared in constant time, never worked out again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare

from isotrack.kit.clock import day_of
from isotrack.kit.limits import too_often
from isotrack.kit.text import clean
from reports.models import AnnualReport, Punctuality, Snapshot, Submission
from reports.receipt import department_of

PER_MINUTE = 20
DIGITS = 16
NOBODYS = "-" * DIGITS  # what an unknown code is compared with; no check code has a dash


@dataclass(frozen=True)
class SentPaper:
    """What may be said of one sending. `later` is the code of a later sending that counts, if any."""

    code: str
    department: str
    agency: str
    year: int
    sent_at: datetime
    is_nil: bool
    is_paper: bool
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    punctuality: Punctuality
    days_late: int
    cutoff_words: str
    later: str


@dataclass(frozen=True)
class FrozenPaper:
    """What may be said of frozen figures; `letter` is number and symbol once it has them."""

    code: str
    kind: str
    province: str
    year: int
    as_of: datetime
    made_at: datetime
    digest: str
    letter: str


def bare(check_code: str) -> str:
    """A check code as it is compared: capitals, without the gaps people write."""
    return clean(check_code).upper().replace(" ", "").replace("-", "").replace(".", "")


def find(code: str, check: str) -> SentPaper | FrozenPaper | None:
    """The paper with this code and this check code, both as typed; None where they do not belong together."""
    wanted, typed = bare(check), clean(code).upper()
    sendings = Submission.objects.coded(typed).select_related(
        "report__cycle__province", "report__agency", "report__superior"
    )
    snapshots = Snapshot.objects.filter(code=typed).select_related("cycle__province")
    found = _matching([*sendings, *snapshots], wanted)
    if isinstance(found, Submission):
        return _sent(found)
    return _frozen(found) if found else None


def asks_too_often(who: str, *, at: datetime) -> bool:
    """Count one question of `who` (an address, or a person) in the minute of `at`; whether it is too many.

    A cache that is away keeps nobody out: sixty-four bits are not guessed either way.
    """
    return too_often("verify", who, PER_MINUTE, at=at)


def _matching(papers: Iterable[Submission | Snapshot], wanted: str) -> Submission | Snapshot | None:
    found = None
    for paper in papers:
        if constant_time_compare(bare(paper.check_code) or NOBODYS, wanted):
            found = paper
    constant_time_compare(NOBODYS, wanted)
    return found


def _sent(submission: Submission) -> SentPaper:
    report: AnnualReport = submission.report
    later = report.submissions.valid().filter(number__gt=submission.number).last()
    return SentPaper(
        code=submission.code,
        department=department_of(report),
        agency=report.name_in_lists,
        year=report.cycle.year,
        sent_at=submission.sent_at,
        is_nil=submission.is_nil,
        is_paper=submission.is_paper,
        confirmed_at=submission.confirmed_at,
        withdrawn_at=submission.withdrawn_at,
        punctuality=report.punctuality_at(submission.sent_at),
        days_late=report.days_late(day_of(submission.sent_at)),
        cutoff_words=report.in_words,
        later=later.code if later else "",
    )


def _frozen(snapshot: Snapshot) -> FrozenPaper:
    number = snapshot.letter_number
    return FrozenPaper(
        code=snapshot.code,
        kind=snapshot.get_kind_display(),
        province=snapshot.cycle.province.in_lists,
        year=snapshot.year,
        as_of=snapshot.as_of,
        made_at=snapshot.made_at,
        digest=snapshot.digest,
        letter=f"{number:02}/{snapshot.letter_symbol}" if number is not None else "",
    )
