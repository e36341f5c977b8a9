"""Mail as files, where there is no mail server: one .eml file a mail, readable in any mail program."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import get_valid_filename

from isotrack.kit import clock


class Outbox(BaseEmailBackend):
    """Writes every mail into the folder outbox of what running produces, named by time and receiver."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail and return how many were written. Raises OSError where the folder cannot be."""
        folder = Path(settings.VAR) / "outbox"
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            self._write(folder, mail)
        return len(email_messages)

    def _write(self, folder: Path, mail: EmailMessage) -> None:
        stamp = clock.now().astimezone(clock.ZONE).strftime("%Y%m%d-%H%M%S-%f")
        receiver = mail.to[0].replace("@", "_at_") if mail.to else "nobody"
        name = get_valid_filename(f"{stamp}-{receiver}.eml")
        (folder / name).write_bytes(mail.message().as_bytes())
