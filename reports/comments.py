"""Comments at the questions of a report: who may read which, and where each stands."""

from collections import defaultdict

from reports.models import AnnualReport, ReviewComment
from reports.questions import Question

Comments = dict[str, list[ReviewComment]]


def comments_by_question(report: AnnualReport, *, sent_only: bool = True) -> Comments:
    """Key of a question → its comments, oldest first, each with who made it. One query.

    Its agency reads what was sent to it; the department reads also what it is still writing.
    """
    found: defaultdict[str, list[ReviewComment]] = defaultdict(list)
    comments = report.comments.sent() if sent_only else report.comments.all()
    for comment in comments.select_related("made_by"):
        found[comment.question].append(comment)
    return dict(found)


def numbered_comments(report: AnnualReport) -> list[tuple[Question, ReviewComment]]:
    """The open comments of a report with their questions, in the questions' order: what a return sends."""
    by_key = report.cycle.questions.by_key
    comments = [one for one in report.comments.open().select_related("made_by") if one.question in by_key]
    pairs = ((by_key[one.question], one) for one in comments)
    return sorted(pairs, key=lambda pair: (pair[0].number, pair[1].made_at))
