"""Large lists: judged, and once confirmed written, by the workers on the queue "imports".

A worker that dies in the middle leaves nothing behind, as everything is one transaction; the part is handed
out again, and what was written just before is found written.
"""

import uuid
from collections.abc import Sequence

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.actions.registry_file import NotReady, confirm, preview
from agencies.actions.registry_import import ChangedMeanwhile
from agencies.models import RegistryFile, User
from agencies.registry_page import Preview
from isotrack.journal.jobs import Arguments, Hopeless, ask
from isotrack.journal.models import Job
from isotrack.kit import clock
from isotrack.kit.sheets import SheetRefused
from isotrack.kit.states import WrongState

KEPT_FOR = 24 * 3600  # seconds; a preview that is gone is made again
JUDGING, TAKING = "registry-preview", "registry-import"


class Judging:
    """The work of a job of kind "registry-preview"; `arguments` name the file. Saves nothing."""

    def parts(self, arguments: Arguments) -> Sequence[Arguments]:
        """One: every row is judged against all others."""
        return [{}]

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Judge, and keep what the page shows."""
        kept = RegistryFile.objects.select_related("owner").get(pk=arguments["file"])
        try:
            found = Preview(preview(kept))
        except SheetRefused as refusal:
            raise Hopeless(str(refusal)) from None
        keep_preview(kept, found)
        return _summary(found.counts)

    def join(self, arguments: Arguments, results: Sequence[bytes]) -> tuple[str, bytes]:
        """The counts in words."""
        return "xem-truoc-danh-ba.txt", results[0]


class Taking:
    """The work of a job of kind "registry-import"; `arguments` name the file and the digest that was seen."""

    def parts(self, arguments: Arguments) -> Sequence[Arguments]:
        """One: all or nothing."""
        return [{}]

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Write it, unless it was cancelled meanwhile."""
        kept = RegistryFile.objects.select_related("owner").get(pk=arguments["file"])
        try:
            with transaction.atomic():
                found = confirm(kept, by=kept.owner, at=clock.now(), seen=arguments["seen"])
                _hold(kept)
        except WrongState as refusal:
            kept.refresh_from_db()
            if kept.state != RegistryFile.State.DONE:
                raise Hopeless(str(refusal)) from None
            return _summary(kept.counts)  # a worker before this one wrote it and died
        except ChangedMeanwhile as changed:
            keep_preview(kept, Preview(changed.judgement))
            raise Hopeless(_("%(why)s Quay lại để xem kết quả mới.") % {"why": changed}) from None
        except (NotReady, SheetRefused) as refusal:
            raise Hopeless(str(refusal)) from None
        return _summary(found.counts)

    def join(self, arguments: Arguments, results: Sequence[bytes]) -> tuple[str, bytes]:
        """The counts in words."""
        return "ket-qua-nhap-danh-ba.txt", results[0]


def keep_preview(kept: RegistryFile, found: Preview) -> None:
    """Keep what the pages of a preview show."""
    cache.set(_key(kept.pk), found, KEPT_FOR)


def kept_preview(kept: RegistryFile) -> Preview | None:
    """It, or None where the file has to be judged (again)."""
    found: Preview | None = cache.get(_key(kept.pk))
    return found


def under_way(kept: RegistryFile) -> Job | None:
    """The job that writes this file at the moment."""
    return Job.objects.under_way().filter(kind=TAKING, arguments__file=str(kept.pk)).first()


def ask_for_preview(kept: RegistryFile, *, by: User) -> Job:
    """Have it judged."""
    return _ask(JUDGING, _("Xem trước tệp danh bạ %(name)s"), kept, by=by)


def ask_to_take(kept: RegistryFile, *, by: User, seen: str) -> Job:
    """Have it written as it was seen."""
    return _ask(TAKING, _("Nhập tệp danh bạ %(name)s"), kept, by=by, seen=seen)


def _ask(kind: str, label: str, kept: RegistryFile, *, by: User, **more: str) -> Job:
    return ask(
        kind,
        label % {"name": kept.name},
        by=by,
        at=clock.now(),
        province=by.agency.province_id if by.agency else "",
        arguments={"file": str(kept.pk), **more},
        back_url=reverse("agencies:registry-preview", args=[kept.pk]),
    )


def _hold(kept: RegistryFile) -> None:
    """The job may not be cancelled any more once its rows are certain; where it was, nothing is written."""
    running = Job.objects.under_way().select_for_update()
    if running.filter(kind=TAKING, arguments__file=str(kept.pk)).first() is None:
        raise Hopeless(_("Việc nhập đã bị dừng; chưa lưu gì."))


def _key(pk: uuid.UUID) -> str:
    return f"registry-preview:{pk}"


def _summary(counts: dict[str, int]) -> bytes:
    said = _(
        "%(rows)s dòng: %(created)s thêm mới, %(updated)s thay đổi, %(unchanged)s giữ nguyên, "
        "%(skipped)s bỏ qua, %(refused)s có lỗi."
    )
    return f"{said % counts}\n".encode()
