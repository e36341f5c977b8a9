"""The ledger of notices: what was said to whom, when, with which result; and once more where it failed."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, ListView

from agencies.models import Agency, User
from agencies.models.agency import in_lists
from isotrack.journal.actions import retry as retry_notice
from isotrack.journal.models import Notice
from isotrack.journal.models.notice import NoticeQuerySet
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from isotrack.kit.text import clean
from isotrack.kit.words import say_date
from reports import mails
from reports.models import AnnualReport, ReportCycle
from reports.models.reminder import Audience, step_in_words

WEEKDAYS = (
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ Nhật"),
)
VOICES = {
    Audience.OFFICER: mails.REMINDER,
    Audience.SUPERIOR: mails.SUPERIOR,
    Audience.STAFF: mails.DIGEST,
}


def ledger_of(person: Any) -> NoticeQuerySet:
    """The notices of the department's province. Raises Http404 for everybody else."""
    user = cast(User, person)
    if not user.is_reviewer or user.agency is None:
        raise Http404
    return Notice.objects.of_province(str(user.agency.province_id))


class NoticeList(ListView):
    """Planned ones first, then by day, newest first; every filter stands in the address."""

    template_name = "reports/notice_list.html"
    paginate_by = 50

    def get_queryset(self) -> NoticeQuerySet:
        asked, ledger = self.request.GET, ledger_of(self.request.user).in_ledger_order()
        if asked.get("audience") in VOICES:
            ledger = ledger.of_voice(VOICES[Audience(asked["audience"])])
        if asked.get("state") in Notice.State:
            ledger = ledger.in_state(asked["state"])
        return _matching(ledger, clean(asked.get("q", "")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        everything = ledger_of(self.request.user)
        return context | {
            "days": list(_by_day(context["object_list"])),
            "counts": everything.counts_by_state(),
            "without_contact": _without_contact(cast(User, self.request.user)),
            "states": Notice.State.choices,
            "audiences": Audience.choices,
            "asked": {name: self.request.GET.get(name, "") for name in ("q", "audience", "state")},
        }


class NoticeDetail(DetailView):
    """One notice: its result, and the mail as it was sent."""

    template_name = "reports/notice_detail.html"

    def get_queryset(self) -> NoticeQuerySet:
        return ledger_of(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice = self.object
        return super().get_context_data(**kwargs) | {
            "step": step_in_words(notice.step),
            "recipient": in_lists(notice.recipient_label),
            "can_retry": notice.state == Notice.State.FAILED,
            **_what_it_is_about(notice),
        }


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Owe a failed notice once more; the department only."""
    notice = get_object_or_404(ledger_of(request.user), pk=pk)
    try:
        retry_notice(notice, by=cast(User, request.user), at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("Thông báo cho %(name)s sẽ được gửi lại trong ít phút.") % {"name": notice.recipient_label}
        messages.success(request, told)
    return redirect("reports:notice-detail", pk=pk)


def _matching(notices: NoticeQuerySet, typed: str) -> NoticeQuerySet:
    """Those to or about an agency whose name matches (marks and case aside), or to a matching address."""
    if not typed:
        return notices
    agencies = Agency.objects.matching(typed)
    reports = AnnualReport.objects.filter(agency__in=agencies)
    keys = reports.annotate(key=Concat(Value("report:"), Cast("pk", CharField()))).values("key")
    mailboxes = agencies.exclude(contact_email="").values("contact_email")
    typed_there = Q(recipient__icontains=typed) | Q(recipient_label__icontains=typed)
    return notices.filter(typed_there | Q(about__in=keys) | Q(recipient__in=mailboxes))


def _by_day(notices: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a page under the heads "Sắp gửi" and "Thứ Tư, 30/6/2021"."""
    for day, rows in groupby(notices, key=_head):
        title = _("Sắp gửi") if day is None else f"{WEEKDAYS[day.weekday()]}, {say_date(day)}"
        yield {"title": title, "is_planned": day is None, "rows": [_row(notice) for notice in rows]}


def _head(notice: Any) -> date | None:
    return None if notice.state == Notice.State.PLANNED else clock.day_of(notice.moment)


def _row(notice: Any) -> dict[str, Any]:
    return {
        "notice": notice,
        "step": step_in_words(notice.step),
        "recipient": in_lists(notice.recipient_label),
        "has_failed": notice.state == Notice.State.FAILED,
    }


def _without_contact(user: User) -> int:
    """How many agencies nobody can be reached at, as the registry's own filter counts them."""
    return Agency.objects.visible_to(user).valid_on(clock.today()).without_contact().count()


def _what_it_is_about(notice: Notice) -> dict[str, str]:
    """Where the thing is shown, and where its agency's mailbox is mended."""
    kind, _colon, key = notice.about.partition(":")
    if kind == "report":
        report = AnnualReport.objects.filter(pk=key).only("agency_id").first()
        return (
            {}
            if report is None
            else {
                "about_url": reverse("reports:report-detail", args=[report.pk]),
                "contact_url": reverse("agencies:agency-contact", args=[report.agency_id]),
            }
        )
    cycle = ReportCycle.objects.filter(pk=key.partition(":")[0]).first()
    return {} if cycle is None else {"about_url": reverse("reports:cycle-board", args=[cycle.year])}
