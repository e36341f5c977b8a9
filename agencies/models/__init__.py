"""Agency and its standings, the people and their posts, documents, and the working calendar."""

from agencies.models.absence import AbsenceRule
from agencies.models.agency import Agency, Standing
from agencies.models.calendar import Holiday
from agencies.models.document import Document
from agencies.models.invitation import Invitation
from agencies.models.person import Post, Role, User

__all__ = [
    "AbsenceRule",
    "Agency",
    "Document",
    "Holiday",
    "Invitation",
    "Post",
    "Role",
    "Standing",
    "User",
]
