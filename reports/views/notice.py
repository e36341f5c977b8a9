"""The ledger of notices: what was said to whom, when, with which result; and once more where it failed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from tempfile import TemporaryFile
from typing import Any, cast

from django.contrib import messages
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import DetailView, ListView

from agencies.actions.person import change_account
from agencies.models import Agency, ListPage, User
from agencies.models.agency import in_lists
from agencies.saved import SavedViews
from agencies.views import SignedRequest
from isotrack.journal.actions import report_dead, retry_all
from isotrack.journal.actions import retry as retry_notice
from isotrack.journal.addresses import dead_among
from isotrack.journal.models import DeadAddress, Notice
from isotrack.journal.models.notice import NoticeQuerySet
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Sheet, write_book
from isotrack.kit.states import WrongState
from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_date, say_date
from reports import mails, mails_corrective, mails_directive
from reports.forms.notice import DeadForm
from reports.models import AnnualReport, ReportCycle
from reports.models.reminder import Audience, step_in_words
from reports.notice_sheet import LEDGER
from reports.notices_ahead import Ahead

WEEKDAYS = (
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ Nhật"),
)
# What the filter "audience" may say → whose mails, and how the list calls them.
VOICES: dict[str, tuple[str, object]] = {
    Audience.OFFICER: (mails.REMINDER, Audience.OFFICER.label),
    Audience.HEAD: (mails.HEAD, Audience.HEAD.label),
    Audience.SUPERIOR: (mails.SUPERIOR, Audience.SUPERIOR.label),
    Audience.STAFF: (mails.DIGEST, Audience.STAFF.label),
    "returned": (mails.RETURNED, gettext_lazy("Trả lại để sửa")),
    "pending": (mails.PENDING, gettext_lazy("Chờ người đứng đầu xác nhận")),
    "duty": (mails_directive.DUTY, gettext_lazy("Nhắc ban hành văn bản")),
    "letter": (mails_directive.LETTER, gettext_lazy("Văn bản nhắc nhở của cấp trên")),
    "corrective": (mails_corrective.VOICE, gettext_lazy("Khắc phục sau kiểm tra")),
}

FILTERS = ("q", "audience", "state", "since", "until")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledger_of(person: Any) -> NoticeQuerySet:
    """The notices of the department's province. Raises Http404 for everybody else."""
    return Notice.objects.of_province(_key(person))


def _key(person: Any) -> str:
    user = cast(User, person)
    if not user.is_reviewer or user.agency is None:
        raise Http404
    return str(user.agency.province_id)


class NoticeList(ListView):
    """Planned ones first, then by day, newest first; every filter stands in the address."""

    template_name = "reports/notice_list.html"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.saved.away() or super().get(request, *args, **kwargs)

    @cached_property
    def saved(self) -> SavedViews:
        """The saved views of the ledger."""
        return SavedViews(cast(SignedRequest, self.request), ListPage.NOTICES)

    def get_queryset(self) -> NoticeQuerySet:
        return narrowed(ledger_of(self.request.user), self.request.GET).in_ledger_order()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user = cast(User, self.request.user)
        everything = ledger_of(user)
        counts = everything.counts_by_state()
        province = cast(Agency, cast(Agency, user.agency).province)
        asked = {name: self.request.GET.get(name, "") for name in FILTERS}
        return context | {
            "days": list(_by_day(context["object_list"], _mended_at(context["object_list"]))),
            "counts": counts,
            "ahead": Ahead.counted(province, clock.now(), counts),
            "without_contact": _without_contact(user),
            "dead_addresses": DeadAddress.objects.of_province(_key(self.request.user)).count(),
            "states": Notice.State.choices,
            "saved": self.saved,
            "audiences": [(value, label) for value, (_voice, label) in VOICES.items()],
            "asked": asked,
            "kept": {name: value for name, value in asked.items() if value},
            "again": narrowed(everything, asked).failed().to_living().count(),
        }


class NoticeDetail(DetailView):
    """One notice: its result, and the mail as it was sent."""

    template_name = "reports/notice_detail.html"

    def get_queryset(self) -> NoticeQuerySet:
        return ledger_of(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice = self.object
        dead = DeadAddress.objects.of_province(notice.province).at(notice.recipient).first()
        return super().get_context_data(**kwargs) | {
            "step": step_in_words(notice.step),
            "recipient": in_lists(notice.recipient_label),
            "has_failed": notice.state == Notice.State.FAILED,
            "can_retry": notice.state == Notice.State.FAILED and dead is None,
            "dead": dead,
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


@require_POST
def retry_many(request: HttpRequest) -> HttpResponse:
    """Owe once more what failed among the rows that the filters leave; not what goes to dead addresses."""
    notices = narrowed(ledger_of(request.user), request.POST)
    number = retry_all(notices, by=cast(User, request.user), at=clock.now())
    if number:
        told = ngettext(
            "%(number)d thông báo sẽ được gửi lại trong ít phút.",
            "%(number)d thông báo sẽ được gửi lại trong ít phút.",
            number,
        )
        messages.success(request, told % {"number": number})
    else:
        messages.info(request, _("Không có thư lỗi nào gửi lại được."))
    kept = {name: value for name in FILTERS if (value := request.POST.get(name, ""))}
    return redirect(reverse("reports:notice-list", query=kept))


@require_safe
@costly
def export(request: HttpRequest) -> FileResponse:
    """The rows of the ledger, filtered as on the screen, as a workbook."""
    rows = narrowed(ledger_of(request.user), request.GET).in_ledger_order().iterator(chunk_size=1000)
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    write_book(file, [Sheet(_("Sổ thông báo"), LEDGER, rows)])
    file.seek(0)
    name = _("so-thong-bao-%(day)s.xlsx") % {"day": clock.today().isoformat()}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_http_methods(["GET", "HEAD", "POST"])
def dead(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says that a notice's mail did not arrive: nothing is sent to its address any more."""
    notice = get_object_or_404(ledger_of(request.user), pk=pk)
    form = DeadForm(request.POST or None)
    form.cancel_url = reverse("reports:notice-detail", args=[pk])
    if form.is_valid():
        report_dead(notice, by=cast(User, request.user), at=clock.now(), **form.cleaned_data)
        told = _("Không gửi thư đến %(address)s nữa, cho đến khi địa chỉ dùng lại được.")
        messages.success(request, told % {"address": notice.recipient})
        return redirect("reports:notice-detail", pk=pk)
    context = {"form": form, "notice": notice, "recipient": in_lists(notice.recipient_label)}
    return render(request, "reports/notice_dead.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """Where a person of the department switches her own digest off, and on again."""
    user = cast(User, request.user)
    if not user.is_reviewer:
        raise Http404
    if request.method == "POST":
        wants = "on" in request.POST
        change_account(user, by=user, at=clock.now(), wants_digest=wants)
        messages.success(request, _("Đã bật bản tin.") if wants else _("Đã tắt bản tin."))
        return redirect("reports:notice-digest")
    return render(request, "reports/notice_digest.html", {"account": user})


def narrowed(ledger: NoticeQuerySet, asked: Mapping[str, Any]) -> NoticeQuerySet:
    """The rows that the filters of an address leave; what cannot be read narrows nothing."""
    if asked.get("audience") in VOICES:
        ledger = ledger.of_voice(VOICES[asked["audience"]][0])
    if asked.get("state") in Notice.State:
        ledger = ledger.in_state(asked["state"])
    ledger = ledger.between(_day(asked.get("since", "")), _day(asked.get("until", "")))
    return _matching(ledger, clean(asked.get("q", "")))


def _day(typed: str) -> date | None:
    try:
        return read_date(typed) if typed.strip() else None
    except Misread:
        return None


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


def _by_day(notices: Iterable[Any], mended: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """The rows of a page under the heads "Sắp gửi" and "Thứ Tư, 30/6/2021"."""
    for day, rows in groupby(notices, key=_head):
        title = _("Sắp gửi") if day is None else f"{WEEKDAYS[day.weekday()]}, {say_date(day)}"
        shown = [_row(notice, mended.get(notice.pk)) for notice in rows]
        yield {"title": title, "is_planned": day is None, "rows": shown}


def _mended_at(notices: Iterable[Notice]) -> dict[int, str]:
    """Key of a failed notice to a dead address → where its agency's mailbox is mended; "" for no agency's."""
    dead = dead_among(notice for notice in notices if notice.state == Notice.State.FAILED)
    reports = {notice.pk: notice.about.removeprefix("report:") for notice in notices if notice.pk in dead}
    keys = [key for key in reports.values() if key.isdigit()]
    owners = dict(AnnualReport.objects.filter(pk__in=keys).values_list("pk", "agency_id"))
    known = {pk: owners.get(int(key)) if key.isdigit() else None for pk, key in reports.items()}
    return {pk: reverse("agencies:agency-contact", args=[own]) if own else "" for pk, own in known.items()}


def _head(notice: Any) -> date | None:
    return None if notice.state == Notice.State.PLANNED else clock.day_of(notice.moment)


def _row(notice: Any, mended_at: str | None) -> dict[str, Any]:
    has_failed = notice.state == Notice.State.FAILED
    return {
        "notice": notice,
        "step": step_in_words(notice.step),
        "recipient": in_lists(notice.recipient_label),
        "has_failed": has_failed,
        "can_retry": has_failed and mended_at is None,
        "mended_at": mended_at,
    }


def _without_contact(user: User) -> int:
    """How many agencies nobody can be reached at, as the registry's own filter counts them."""
    return Agency.objects.visible_to(user).valid_on(clock.today()).without_contact().count()


def _what_it_is_about(notice: Notice) -> dict[str, str]:
    """Where the thing is shown, and where its agency's mailbox is mended."""
    kind, _colon, key = notice.about.partition(":")
    if kind == "report":
        report = AnnualReport.objects.filter(pk=key).only("agency_id", "passed_to_id").first()
        return (
            {}
            if report is None
            else {
                "about_url": reverse("reports:report-detail", args=[report.pk]),
                "contact_url": reverse(
                    "agencies:agency-contact", args=[report.passed_to_id or report.agency_id]
                ),
            }
        )
    if kind == "duty":
        return {"about_url": reverse("reports:directive-detail", args=[key])}
    cycle = ReportCycle.objects.filter(pk=key.partition(":")[0]).first() if kind == "cycle" else None
    return {} if cycle is None else {"about_url": reverse("reports:cycle-board", args=[cycle.year])}
