"""Reading returned mail (RFC 3464): which address it is about, for good or for now, and of which mail.

A file is one saved mail (.eml) or a mailbox (.mbox). What is no delivery report is passed over, so a whole
inbox may be given.
"""

import mailbox
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    AnyMessage = Message[Any, Any]
else:
    AnyMessage = Message


class NotMail(ValueError):
    """The file is neither a mail nor a mailbox; the message tells people what to choose."""


@dataclass(frozen=True)
class Bounce:
    """One address of one delivery report."""

    address: str
    status: str
    """ "5.1.1": the first digit is 5 for ever, 4 for now, 2 for delivered after all (RFC 3463)."""
    words: str
    message_id: str = ""

    @property
    def is_permanent(self) -> bool:
        """Whether the receiving server says that it will never work; 5.7.x is a policy about the sender."""
        return self.status.startswith("5.") and not self.status.startswith("5.7.")


@dataclass(frozen=True)
class Read:
    """What a file holds: how many mails, and the addresses that its delivery reports are about."""

    mails: int
    bounces: list[Bounce]


def read_bounces(content: bytes) -> Read:
    """Read a saved mail or a mailbox. Raises NotMail."""
    mails = list(_mails(content))
    if not any(mail.keys() for mail in mails):
        raise NotMail(_("Tệp không phải thư (.eml) hay hộp thư (.mbox)."))
    try:
        return Read(len(mails), [bounce for mail in mails for bounce in _bounces(mail)])
    except RecursionError as deep:
        raise NotMail(_("Thư trong tệp lồng nhau quá sâu nên không đọc được.")) from deep


def _mails(content: bytes) -> Iterator[AnyMessage]:
    if not content.startswith(b"From "):
        yield message_from_bytes(content.lstrip())
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "returned.mbox"
        path.write_bytes(content)
        box = mailbox.mbox(path, create=False)
        try:
            # Not the box's own reading: it stumbles over a line "From " that is not ASCII.
            yield from (message_from_bytes(box.get_bytes(key)) for key in box.keys())  # noqa: SIM118
        finally:
            box.close()


def _bounces(mail: AnyMessage) -> Iterator[Bounce]:
    if mail.get_content_type() != "multipart/report":
        return
    parts = list(mail.walk())
    message_id = _original_id(parts)
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            yield from _of_status(part, message_id)


def _of_status(part: AnyMessage, message_id: str) -> Iterator[Bounce]:
    """One group of fields for each address, after those about the mail as a whole."""
    groups: Any = part.get_payload()
    for group in groups if isinstance(groups, list) else []:
        address = _address(group["Original-Recipient"]) or _address(group["Final-Recipient"])
        status = re.search(r"[245]\.\d{1,3}\.\d{1,3}", str(group["Status"] or ""))
        if address and status:
            words = _plain(group["Diagnostic-Code"]) or _plain(group["Status"])
            yield Bounce(address, status[0], words[:500], message_id)


def _original_id(parts: Iterable[AnyMessage]) -> str:
    """The Message-ID of the mail that came back, in whichever of the two forms it is attached."""
    for part in parts:
        payload: Any = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
            return _plain(payload[0]["Message-ID"])
        if part.get_content_type() == "text/rfc822-headers":
            written: Any = part.get_payload(decode=True)
            headers = message_from_bytes(written or b"")
            return _plain(headers["Message-ID"])
    return ""


def _address(field: object) -> str:
    """ "rfc822; a@b.example" → "a@b.example"; "" for another kind of address."""
    kind, _semicolon, address = _plain(field).partition(";")
    address = address.strip().strip("<>")
    return address if kind.strip().lower() in ("rfc822", "utf-8") and "@" in address else ""


def _plain(field: object) -> str:
    """A header without folds and without the signs no database keeps."""
    return " ".join(str(field or "").replace("\x00", "").split())
