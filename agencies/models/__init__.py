"""Agency and its standings, the people and their posts, documents, and the working calendar."""

from agencies.models.agency import Agency, Standing
from agencies.models.calendar import Holiday
from agencies.models.document import Document
from agencies.models.person import Post, Role, User
from agencies.models.view import ListPage, SavedView

__all__ = ["Agency", "Document", "Holiday", "ListPage", "Post", "Role", "SavedView", "Standing", "User"]
