"""Reading reports: the list of an officer, one report, its receipt, its files, and why it is late."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, ListView

from agencies.models import Role, User
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.papers import pdf
from reports.actions import review as act
from reports.actions.report import judge
from reports.comments import Comments, comments_by_question
from reports.filling import is_cards
from reports.forms.assign import AssignForm
from reports.inspections import inspection_of
from reports.last_year import last_year
from reports.models import AnnualReport, Attachment, Punctuality, ReportCycle, ReviewComment, Submission
from reports.questions import Finding, Outcome, Question, is_empty, show, show_rows
from reports.receipt import Receipt, as_sent, receipt_of, sending_of
from reports.timeline import end_of_day, timeline
from reports.told import told_of

_WHY = {
    Punctuality.LATE: gettext_lazy("Vì sao trễ hạn?"),
    Punctuality.MISSING: gettext_lazy("Vì sao ghi chưa gửi?"),
    Punctuality.ON_TIME: gettext_lazy("Vì sao đúng hạn?"),
    Punctuality.NOT_DUE: gettext_lazy("Hạn gửi tính thế nào?"),
    Punctuality.EXEMPT: gettext_lazy("Vì sao được miễn?"),
}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware has seen to it
    return request.user


def _readable(user: User) -> "QuerySet[AnnualReport]":
    """The reports a person may read, with what every page about one shows."""
    return AnnualReport.objects.visible_to(user).select_related(
        "cycle__questionnaire",
        "cycle__province",
        "agency",
        "passed_to",
        "superior",
        "extension_document",
        "exemption_document",
        "reopening_document",
        "assignee",
    )


def _way_back(user: User, report: AnnualReport) -> dict[str, str]:
    """The step of the path above a report: the list of an officer, the board of everybody else."""
    if user.role == Role.OFFICER:
        return {"up_url": reverse("reports:report-list"), "up_label": pgettext("list", "Báo cáo năm")}
    year = report.cycle.year
    return {
        "up_url": reverse("reports:cycle-board", args=[year]),
        "up_label": _("Kỳ báo cáo năm %(year)s") % {"year": year},
    }


# The list


class ReportList(ListView):
    """An officer's own reports of all years, then those of the agencies below in the running cycle."""

    template_name = "reports/report_list.html"
    context_object_name = "subordinates"
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Everybody else has the board of the cycle."""
        self.user, self.now = _person(request), clock.now()
        self.cycle = ReportCycle.objects.visible_to(self.user).running(self.now).first()
        if self.user.role == Role.OFFICER:
            return super().dispatch(request, *args, **kwargs)
        return (
            redirect("reports:cycle-board", self.cycle.year) if self.cycle else redirect("reports:cycle-list")
        )

    def get_queryset(self) -> "QuerySet[AnnualReport]":
        """Those of other agencies in the running cycle, most urgent first."""
        if self.cycle is None:
            return AnnualReport.objects.none()
        below = AnnualReport.objects.visible_to(self.user).below(self.user)
        return (
            below.in_cycle(self.cycle)
            .most_urgent_first(self.now)
            .select_related("agency", "superior", "cycle")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = AnnualReport.objects.editable_by(self.user).select_related("cycle").order_by("-cycle__year")
        context = super().get_context_data(**kwargs)
        return context | {
            "own": [_row(report, self) for report in own],
            "rows": [_row(report, self) for report in context["subordinates"]],
            "cycle": self.cycle,
        }


@dataclass(frozen=True)
class Row:
    """One report in the officer's lists."""

    report: AnnualReport
    punctuality: str
    days: int
    can_fill: bool


def _row(report: AnnualReport, view: ReportList) -> Row:
    kind = report.punctuality_at(view.now)
    return Row(report, kind, report.days_late(clock.day_of(view.now)), report.is_editable(view.now))


# One report


@dataclass
class Answer:
    """One question of a report as it is read."""

    question: Question
    label: str
    text: str
    rows: list[list[str]] = field(default_factory=list)
    file: Attachment | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    comments: list[ReviewComment] = field(default_factory=list)

    @property
    def heads(self) -> list[str]:
        """The columns of a table."""
        return [column.label(get_language()) for column in self.question.columns]

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Each row of a table as pairs of heading and text, empty cells left out."""
        rows = (zip(self.heads, row, strict=True) for row in self.rows)
        return [[(head, text) for head, text in row if text] for row in rows]


@dataclass(frozen=True)
class Chapter:
    """One section of a report as it is read."""

    key: str
    title: str
    answers: Sequence[Answer]


class ReportDetail(DetailView):
    """One report: its agency reads the draft, everybody else what was sent last."""

    template_name = "reports/report_detail.html"
    context_object_name = "report"

    def get_queryset(self) -> "QuerySet[AnnualReport]":
        """What this person may read."""
        return _readable(_person(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user, now = self.object, _person(self.request), clock.now()
        sent = list(report.submissions.select_related("sent_by", "confirmed_by", "withdrawal_document"))
        latest = next((one for one in reversed(sent) if one.withdrawn_at is None), None)
        writes = _writes(user, report)
        is_own = user.role == Role.OFFICER and report.answering == user.agency
        is_draft = report.state in (*AnnualReport.EDITABLE, AnnualReport.State.PENDING)
        reads_draft = (writes or is_own) and is_draft
        can_fill = writes and report.is_editable(now)
        comments = comments_by_question(report, sent_only=not user.is_reviewer)
        chapters = _draft(report, clock.day_of(now)) if reads_draft else _sent(report, latest)
        return super().get_context_data(**kwargs) | {
            "submissions": sent,
            "latest": latest,
            "reads_draft": reads_draft,
            "chapters": _with_comments(chapters, comments),
            "comments_elsewhere": _elsewhere(report, chapters, comments),
            "inspection": inspection_of(report),
            "punctuality": report.punctuality_at(now),
            "days": report.days_late(clock.day_of(now)),
            "is_owed": report.first_submitted_at is None and report.exempted_at is None,
            "today": clock.day_of(now),
            "due_before": None if report.extended_to else report.cycle.due_before,
            "can_fill": can_fill,
            "can_declare_nil": can_fill and latest is None,
            "can_compare": latest is not None,
            "can_print": latest is not None or reads_draft,
            **_own_acts(user, report, latest),
            **_decisions(user, report, now),
            **_way_back(user, report),
        }


def _writes(user: User, report: AnnualReport) -> bool:
    """Whether this person types in it: its own officer, or the department where it came on paper."""
    if report.paper_received_on is not None:
        return user.is_reviewer
    return user.role == Role.OFFICER and report.answering == user.agency


def _own_acts(user: User, report: AnnualReport, latest: Submission | None) -> dict[str, bool]:
    """What its own agency may do with a report beside writing in it."""
    is_own = user.role == Role.OFFICER and report.answering == user.agency
    is_open = report.state != AnnualReport.State.ACCEPTED and report.exempted_at is None
    return {
        "is_pending_here": is_own and report.state == AnnualReport.State.PENDING,
        "can_withdraw": is_own and act.can_decide(report) and latest is not None and not latest.is_paper,
        "can_number": is_open and _writes(user, report),
    }


def _decisions(user: User, report: AnnualReport, now: datetime) -> dict[str, Any]:
    """Which decisions of the department are open for this report now."""
    if not user.is_reviewer:
        return {}
    chosen = {"to": report.assignee_id}
    return {
        "can_review": act.can_decide(report),
        "can_extend": act.can_extend(report),
        "can_exempt": act.can_exempt(report),
        "can_reopen": act.can_reopen(report, now),
        "can_take_paper": act.can_take_paper(report) and report.paper_received_on is None,
        "can_drop_paper": act.can_take_paper(report) and report.paper_received_on is not None,
        "can_inspect": report.first_submitted_at is not None,
        "can_settle": True,
        "assign": AssignForm(user=user, today=clock.day_of(now), initial=chosen),
    }


def _with_comments(chapters: list[Chapter], comments: Comments) -> list[Chapter]:
    """Each answer with the comments at its question."""
    for chapter in chapters:
        for answer in chapter.answers:
            answer.comments = comments.get(answer.question.key, [])
    return chapters


def _elsewhere(
    report: AnnualReport, chapters: list[Chapter], comments: Comments
) -> list[tuple[str, list[ReviewComment]]]:
    """Comments at questions that are not shown any more, with the question in words: nothing gets lost."""
    shown = {answer.question.key for chapter in chapters for answer in chapter.answers}
    by_key, language = report.cycle.questions.by_key, get_language()
    return [
        (f"{by_key[key].number}. {by_key[key].label(language)}" if key in by_key else key, found)
        for key, found in comments.items()
        if key not in shown
    ]


def _draft(report: AnnualReport, today: date) -> list[Chapter]:
    """What its agency has written so far."""
    return list(_chapters(report, report.attachments.current(), today))


def _sent(report: AnnualReport, latest: Submission | None) -> list[Chapter]:
    """What the latest sending holds; nothing where none holds answers."""
    if latest is None or latest.is_nil:
        return []
    files = report.attachments.as_sent_at(latest.fixed_at)
    return list(_chapters(as_sent(report, latest), files, clock.day_of(latest.sent_at)))


def _chapters(report: AnnualReport, attachments: Iterable[Attachment], on: date) -> Iterator[Chapter]:
    files = {attachment.question: attachment for attachment in attachments}
    outcome = judge(report, on=on)
    for section in report.cycle.questionnaire.questions.sections:
        shown = [question for question in outcome.visible if question.section == section.key]
        if shown:
            answers = [_answer(report, outcome, question, files) for question in shown]
            yield Chapter(section.key, section.title(get_language()), answers)


def _answer(
    report: AnnualReport, outcome: Outcome, question: Question, files: dict[str, Attachment]
) -> Answer:
    stored = last_year(report) if question.key in outcome.unconfirmed else report.answers
    value = outcome.values.get(question.key) if question.computed else stored.get(question.key)
    is_table = question.type == "table"
    warned = [f for f in outcome.warnings if f.key == question.key]
    text = "" if is_table or is_empty(value) else show(question, value, get_language())
    return Answer(
        question=question,
        label=question.label(get_language()),
        text=text + _unit(question) if text else "",
        rows=[list(row.values()) for row in show_rows(question, value, get_language())] if is_table else [],
        file=files.get(question.key),
        notes=[(f.headline, report.notes.get(f.rule or "", "")) for f in warned],
        findings=[f for f in outcome.blocking if f.key == question.key],
    )


def _unit(question: Question) -> str:
    if question.type == "percent":
        return "\u00a0%"
    return f" {question.unit}" if question.unit and not is_cards(question) else ""


class Why(DetailView):
    """Why a report is late, missing or on time: what happened, and how it is judged."""

    template_name = "reports/report_why.html"
    context_object_name = "report"

    def get_queryset(self) -> "QuerySet[AnnualReport]":
        """What this person may read."""
        return _readable(_person(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user, now = self.object, _person(self.request), clock.now()
        kind = report.punctuality_at(now)
        return super().get_context_data(**kwargs) | {
            "title": _WHY[kind],
            "punctuality": kind,
            "days": report.days_late(clock.day_of(now)),
            "events": timeline(report, now),
            "withdrawn_count": report.submissions.withdrawn().count(),
            "decided_by_paper": report.submissions.valid().on_paper(report.first_submitted_at).exists(),
            "base_cutoff": end_of_day(report.cycle.cutoff),
            "cutoff": end_of_day(report.cutoff),
            "yes_no": _("Có,Không"),
            "told": told_of(report, user, now),
            "can_read_journal": user.is_reviewer,
            **_way_back(user, report),
        }


# Receipt and files


def _receipt(request: HttpRequest, pk: int) -> tuple[AnnualReport, Receipt]:
    """The receipt of the sending ?number=, else of the latest one; 404 where there is none."""
    report = get_object_or_404(_readable(_person(request)), pk=pk)
    found = sending_of(report, request.GET.get("number", ""))
    if found is None:
        raise Http404
    return report, receipt_of(report, found)


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What the department confirms to have received, and what comes next."""
    report, found = _receipt(request, pk)
    user, now = _person(request), clock.now()
    writes = AnnualReport.objects.editable_by(user).contains(report)
    context = {
        "report": report,
        "receipt": found,
        "can_number": writes and report.state != AnnualReport.State.ACCEPTED,
        "can_withdraw": writes
        and report.state == AnnualReport.State.SUBMITTED
        and not report.paper_received_on,
        "punctuality": report.punctuality_at(now),
        "days": report.days_late(clock.day_of(now)),
        **_way_back(user, report),
    }
    return render(request, "reports/report_receipt.html", context)


@require_safe
@costly
def receipt_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as PDF; papers are Vietnamese, whatever the person who fetches one reads."""
    with translation.override(settings.LANGUAGE_CODE):
        _report, found = _receipt(request, pk)
        paper = pdf("print/report_receipt.html", {"receipt": found})
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="Bien-nhan-{found.code}.pdf"'
    return response


@require_safe
def download(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of a report: its agency reads all, everybody else what was there when it was sent."""
    user = _person(request)
    report = get_object_or_404(AnnualReport.objects.visible_to(user), pk=pk)
    file = get_object_or_404(report.attachments, pk=file_pk)
    was_sent = report.submissions.holding(file).exists()
    if not was_sent and not AnnualReport.objects.editable_by(user).contains(report):
        raise Http404
    try:
        content = file.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=_media_type(file.name)
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _media_type(name: str) -> str:
    suffix = PurePath(name).suffix.removeprefix(".").lower()
    return next((kind.media_type for kind in FileKind if kind == suffix), "application/octet-stream")
