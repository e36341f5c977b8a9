"""Agency and its standings, the people and their posts, documents, the working calendar, files sent in."""

from agencies.models.agency import Agency, Standing
from agencies.models.calendar import Holiday
from agencies.models.document import Document
from agencies.models.person import Post, Role, User
from agencies.models.registry_file import RegistryFile

__all__ = ["Agency", "Document", "Holiday", "Post", "RegistryFile", "Role", "Standing", "User"]
