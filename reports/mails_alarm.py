"""The mail that says that the scheduler is silent, and who gets it: every administrator."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.models import Role, User
from isotrack.journal import leases
from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.journal.watch import SILENT_FOR
from isotrack.kit import clock


def recipients() -> Iterable[tuple[str, str, str]]:
    """Address, name and province of every administrator whose account is in use."""
    found = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email="")
    for user in found.order_by("pk"):
        agency = user.agency
        yield user.email, user.full_name, str(agency.province_id) if agency else ""


def silent_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Since when it is silent and what to do; nothing where it ticks again."""
    lease = leases.seen(leases.BEAT)
    if clock.real_now() - lease.ticked_at < SILENT_FOR:
        told: Words | NoLonger = NoLonger(_("Bộ lập lịch đã chạy lại"))
    else:
        told = _words(lease.ticked_at, lease.holder)
    return {notice.pk: told for notice in notices}


def _words(since: datetime, holder: str) -> Words:
    link = settings.SITE_URL + reverse("reports:operations")
    context = {"since": since, "holder": holder, "link": link}
    with translation.override("vi"):
        subject, _line, text = render_to_string("mail/beat_silent.txt", context).strip().partition("\n")
        html = render_to_string("mail/beat_silent.html", context | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html)
