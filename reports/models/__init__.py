"""Cycles, the reports owed in them, what is asked, reviewed, frozen and urged."""

from reports.models.cycle import ReportCycle
from reports.models.directive import DirectiveDuty, DirectiveItem
from reports.models.inspection import ChecklistItem, FileFinding, FileInspection
from reports.models.inspection_plan import (
    CorrectiveAction,
    Inspection,
    InspectionPaper,
    InspectionPlan,
    SiteFinding,
)
from reports.models.narrative import Chapter, Narrative
from reports.models.questionnaire import QuestionnaireVersion
from reports.models.reminder import ReminderRule
from reports.models.report import AnnualReport, Attachment, Punctuality, Submission, make_check_code
from reports.models.review import ReviewComment
from reports.models.snapshot import Snapshot

__all__ = [
    "AnnualReport",
    "Attachment",
    "Chapter",
    "ChecklistItem",
    "CorrectiveAction",
    "DirectiveDuty",
    "DirectiveItem",
    "FileFinding",
    "FileInspection",
    "Inspection",
    "InspectionPaper",
    "InspectionPlan",
    "Narrative",
    "Punctuality",
    "QuestionnaireVersion",
    "ReminderRule",
    "ReportCycle",
    "ReviewComment",
    "SiteFinding",
    "Snapshot",
    "Submission",
    "make_check_code",
]
