"""Cycles, the reports owed in them, the questionnaire they answer, and the rules that remind of them."""

from reports.models.cycle import ReportCycle
from reports.models.questionnaire import QuestionnaireVersion
from reports.models.reminder import ReminderRule
from reports.models.report import AnnualReport, Attachment, Punctuality, Submission

__all__ = [
    "AnnualReport",
    "Attachment",
    "Punctuality",
    "QuestionnaireVersion",
    "ReminderRule",
    "ReportCycle",
    "Submission",
]
