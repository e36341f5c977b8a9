"""A list that was uploaded: kept until its sender decides, then written as it was seen, or dropped."""

import hashlib
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.registry_import import import_registry, preview_registry, read_registry
from agencies.models import RegistryFile, User
from agencies.registry_judge import Judgement
from isotrack.kit.sheets import SheetRefused
from isotrack.kit.states import move

NOTHING_SEEN = "-"  # no judgement has this digest


class NotReady(ValueError):
    """The file has rows that were refused, so nothing of it is written."""


def keep(*, by: User, at: datetime, on: date, name: str, content: Any, sha256: str) -> RegistryFile:
    """Keep an upload until its sender decides; what the same person left undecided before is dropped.

    Raises SheetRefused, and keeps nothing, for what is no workbook with a list.
    """
    rows = sum(len(table.rows) for table in read_registry(content).tables)
    content.seek(0)
    with transaction.atomic():
        for old in RegistryFile.objects.filter(owner=by).waiting():
            drop(old, at=at)
        kept = RegistryFile(owner=by, name=name[:120], sha256=sha256, on=on, uploaded_at=at)
        kept.counts = {"rows": rows}
        kept.file.save(f"{kept.pk}.xlsx", content, save=False)
        kept.save()
    return kept


def preview(kept: RegistryFile) -> Judgement:
    """What the file would do to the registry as it is now. Raises SheetRefused."""
    return preview_registry(read_registry(content_of(kept)), by=kept.owner, on=kept.on)


@transaction.atomic
def confirm(kept: RegistryFile, *, by: User, at: datetime, seen: str) -> Judgement:
    """Write the file as it was seen: whole, or nothing.

    Raises ChangedMeanwhile where the outcome would be another one now, NotReady while a row is refused,
    WrongState when it was decided already, SheetRefused.
    """
    move(kept, RegistryFile.State.DONE, closed_at=at)
    reading = read_registry(content_of(kept))
    reason = _("Nhập từ tệp %(name)s") % {"name": kept.name}
    found = import_registry(reading, by=by, at=at, on=kept.on, reason=reason, seen=seen or NOTHING_SEEN)
    if found.counts["refused"]:
        raise NotReady(_("Tệp còn dòng có lỗi nên chưa nhập gì."))
    RegistryFile.objects.filter(pk=kept.pk).update(counts=found.counts)
    return found


def drop(kept: RegistryFile, *, at: datetime) -> None:
    """Forget the file; nothing of it was written. Raises WrongState when it was decided already."""
    move(kept, RegistryFile.State.DROPPED, closed_at=at)
    # The row stays as a trace; the file, which nobody will ask for, goes once that is certain.
    transaction.on_commit(lambda: kept.file.storage.delete(str(kept.file.name)), robust=True)


def content_of(kept: RegistryFile) -> BytesIO:
    """The very bytes that were uploaded. Raises SheetRefused where they are not there any more."""
    try:
        with kept.file.open("rb") as stored:
            content = stored.read()
    except (FileNotFoundError, ValueError):
        raise SheetRefused(_("Tệp không còn trong kho. Tải lên lại.")) from None
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise SheetRefused(_("Tệp trong kho không còn nguyên vẹn. Tải lên lại."))
    return BytesIO(content)
