"""What the mails about directive duties say: to the superior that has to write, and to whom it has written.

Vietnamese only, like every mail of the house; days are counted when the mail leaves.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from isotrack.journal.models import Notice
from isotrack.journal.voices import Attachment, NoLonger, Words
from isotrack.kit.clock import day_of
from isotrack.kit.forms import FileKind
from reports.models import DirectiveDuty, DirectiveItem, ReportCycle

DUTY, LETTER = "directive-duty", "directive-letter"
LETTER_STEP = "letter"
GIVEN, BEFORE, AFTER = "duty+0", "duty-3", "duty+1"  # steps; the last day follows after @
# Mail servers refuse what is bigger; the letter then has only its link.
LARGEST_ATTACHED = 10 * 1024**2


def duty_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell a superior that its letter is owed; nothing once it is recorded, taken back or has a new day."""
    keys = {notice: int(notice.about.removeprefix("duty:")) for notice in notices}
    wanted = DirectiveDuty.objects.select_related("superior", "cycle__province").with_counts()
    duties = wanted.prefetch_related("cycle__documents").in_bulk(set(keys.values()))
    return {notice.pk: _tell(notice, duties.get(key), as_of) for notice, key in keys.items()}


def letter_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Send an agency the letter its superior wrote to it, with the scan."""
    keys = {notice.pk: int(notice.about.removeprefix("report:")) for notice in notices}
    items = DirectiveItem.objects.filter(report__in=keys.values(), duty__state=DirectiveDuty.State.DONE)
    wanted = items.select_related(
        "duty__superior", "duty__cycle__province", "report__agency", "report__cycle"
    )
    found = {item.report_id: item for item in wanted.prefetch_related("duty__cycle__documents")}
    scans = {item.duty_id: _scan_of(item.duty) for item in found.values()}
    return {pk: _send(found.get(key), scans, as_of) for pk, key in keys.items()}


def _tell(notice: Notice, duty: DirectiveDuty | None, as_of: datetime) -> Words | NoLonger:
    if duty is None or not duty.is_open:
        return NoLonger(_("Văn bản đã được ghi nhận hoặc không còn phải ban hành"))
    if notice.step.rpartition("@")[2] != str(duty.due_on):
        return NoLonger(_("Hạn ban hành đã thay đổi"))
    today = day_of(as_of)
    if duty.is_overdue(today) and not notice.step.startswith(AFTER):
        return NoLonger(_("Đã quá hạn ban hành: thư nhắc quá hạn thay cho thư này"))
    context: dict[str, Any] = {
        "duty": duty,
        "is_late": duty.is_overdue(today),
        "how_long": duty.deadline.left_in_words(today),
    }
    url = reverse("reports:directive-detail", args=[duty.pk])
    return _render("directive_duty", duty.cycle, url, as_of, **context)


def _send(
    item: DirectiveItem | None, scans: dict[int, tuple[Attachment, ...]], as_of: datetime
) -> Words | NoLonger:
    if item is None:
        return NoLonger(_("Văn bản nhắc nhở không còn"))
    url = reverse("reports:directive-letter-file", args=[item.duty_id])
    scan = scans[item.duty_id]
    context = {"item": item, "duty": item.duty, "is_attached": bool(scan)}
    return _render("directive_letter", item.duty.cycle, url, as_of, attachments=scan, **context)


def _scan_of(duty: DirectiveDuty) -> tuple[Attachment, ...]:
    """The signed scan, read when its mail is made; none where it is too big for a mail or lost."""
    storage, path = duty.scan.storage, duty.scan.name or ""
    if not storage.exists(path) or storage.size(path) > LARGEST_ATTACHED:
        return ()

    def read() -> bytes:
        with storage.open(path) as file:
            return bytes(file.read())

    return (Attachment(duty.scan_name, FileKind.PDF.media_type, read),)


def _render(
    name: str,
    cycle: ReportCycle,
    url: str,
    as_of: datetime,
    attachments: tuple[Attachment, ...] = (),
    **context: Any,
) -> Words:
    """Render templates/mail/<name>.txt and .html; the text's first line is the subject."""
    place = cycle.province.in_lists.removeprefix("UBND").strip()
    context |= {
        "cycle": cycle,
        "as_of": as_of,
        "link": settings.SITE_URL + url,
        "department": f"Sở Khoa học và Công nghệ {place}",
        "reply_to": settings.REPLY_TO,
    }
    with translation.override("vi"):
        subject, _line, text = render_to_string(f"mail/{name}.txt", context).strip().partition("\n")
        html = render_to_string(f"mail/{name}.html", context | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html, attachments=attachments)
