"""Agencies and how they stood, what became of them, people and posts, documents, calendar, files sent in."""

from agencies.models.absence import AbsenceRule
from agencies.models.agency import Agency, Heritage, Standing
from agencies.models.calendar import Holiday
from agencies.models.document import Document
from agencies.models.invitation import Invitation
from agencies.models.person import Post, Role, User
from agencies.models.registry_file import RegistryFile
from agencies.models.sign_in import FailedSignIn, SignIn
from agencies.models.succession import Succession, SuccessionDuty, SuccessionLink
from agencies.models.view import ListPage, SavedView

__all__ = [
    "AbsenceRule",
    "Agency",
    "Document",
    "FailedSignIn",
    "Heritage",
    "Holiday",
    "Invitation",
    "ListPage",
    "Post",
    "RegistryFile",
    "Role",
    "SavedView",
    "SignIn",
    "Standing",
    "Succession",
    "SuccessionDuty",
    "SuccessionLink",
    "User",
]
