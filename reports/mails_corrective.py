"""What the mails about corrective actions say: asked for, due in two weeks, overdue (TT 26/2014 Đ37).

Vietnamese only, like every mail of the house. One mail for all that one inspection asks for by the same day;
what was answered or has a new day meanwhile is left out when the mail leaves.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from reports.models import CorrectiveAction

VOICE = "corrective-action"
ASKED, BEFORE, OVERDUE = "action+0", "action-14", "action+1"  # steps; the last day follows after @
SITE, DOSSIER = "inspection:", "file-inspection:"  # what such a notice is about, with the key behind it


def corrective_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell an agency what it has to remedy and by when; nothing once it has answered."""
    site = [int(one.about.removeprefix(SITE)) for one in notices if one.about.startswith(SITE)]
    dossier = [int(one.about.removeprefix(DOSSIER)) for one in notices if one.about.startswith(DOSSIER)]
    wanted = CorrectiveAction.objects.open().filter(Q(inspection__in=site) | Q(file_inspection__in=dossier))
    found: dict[tuple[str, str], list[CorrectiveAction]] = defaultdict(list)
    for action in wanted.select_related("agency__province", "item"):
        found[_about(action), str(action.due_on)].append(action)
    return {
        one.pk: _tell(one, found.get((one.about, one.step.rpartition("@")[2]), []), as_of) for one in notices
    }


def _about(action: CorrectiveAction) -> str:
    return (
        f"{SITE}{action.inspection_id}" if action.inspection_id else f"{DOSSIER}{action.file_inspection_id}"
    )


def _tell(notice: Notice, actions: list[CorrectiveAction], as_of: datetime) -> Words | NoLonger:
    if not actions:
        return NoLonger(_("Đã báo cáo khắc phục, hoặc hạn khắc phục đã thay đổi"))
    today, deadline = day_of(as_of), Deadline(actions[0].due_on)
    is_late = deadline.last_day < today
    if is_late and not notice.step.startswith(OVERDUE):
        return NoLonger(_("Đã quá hạn khắc phục: thư nhắc quá hạn thay cho thư này"))
    agency = actions[0].agency
    place = (agency.province or agency).in_lists.removeprefix("UBND").strip()
    context = {
        "agency": agency,
        "actions": actions,
        "deadline": deadline,
        "is_late": is_late,
        "how_long": deadline.left_in_words(today),
        "as_of": as_of,
        "link": settings.SITE_URL + reverse("reports:corrective-detail", args=[actions[0].pk]),
        "department": f"Sở Khoa học và Công nghệ {place}",
        "reply_to": settings.REPLY_TO,
    }
    with translation.override("vi"):
        told = render_to_string("mail/corrective_action.txt", context).strip()
        subject, _line, text = told.partition("\n")
        html = render_to_string("mail/corrective_action.html", context | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html)
