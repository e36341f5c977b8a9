"""Writing the words of a consolidated report before it is frozen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import User
from isotrack.journal.record import record
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_time
from reports.models import Narrative, ReportCycle
from reports.narratives import Draft


@transaction.atomic
def write_narrative(
    cycle: ReportCycle,
    kind: str,
    *,
    by: User,
    at: datetime,
    drafts: Sequence[Draft],
    texts: Mapping[str, str],
    seen: str,
) -> int:
    """Keep the words of the chapters; return how many changed.

    `texts` maps a chapter to its new words. Words equal to the draft are not kept: such a chapter follows
    the figures again. `seen` is the stamp (`stamp_of`) of what the writer had before them; raises WrongState
    where somebody wrote in between, so that nothing is overwritten unseen.
    """
    cycle = ReportCycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)
    written = {one.chapter: one for one in Narrative.objects.about(cycle, kind).select_related("changed_by")}
    _refuse_unseen(list(written.values()), seen)
    changed = 0
    for one in drafts:
        new = texts[one.chapter.value]
        kept = written.get(one.chapter)
        old = kept.text if kept else one.draft
        _keep(cycle, kind, one, new, by=by, at=at, kept=kept)
        if new != old:
            changed += 1
            changes: dict[str, list[Any]] = {"narrative": [f"{one.title}: {old}", f"{one.title}: {new}"]}
            about = ("cycle", cycle.pk, cycle)
            record("narrative-written", about, by=by, at=at, province=cycle.province_id, changes=changes)
    return changed


def stamp_of(written: Sequence[Narrative]) -> str:
    """What tells one state of the words from another: number of edited chapters and the newest edit."""
    newest = max((one.changed_at for one in written), default=None)
    return f"{len(written)} {newest.isoformat() if newest else ''}".strip()


def _refuse_unseen(written: Sequence[Narrative], seen: str) -> None:
    if stamp_of(written) == seen:
        return
    if not written:
        raise WrongState(
            _("Người khác vừa lấy lại bản soạn sẵn. Chữ của Anh/Chị còn nguyên bên dưới, chưa được lưu.")
        )
    last = max(written, key=lambda one: one.changed_at)
    said = _("%(name)s đã sửa lời văn lúc %(time)s. Chữ của Anh/Chị còn nguyên bên dưới, chưa được lưu.")
    raise WrongState(said % {"name": last.changed_by.full_name, "time": say_time(last.changed_at)})


def _keep(
    cycle: ReportCycle, kind: str, one: Draft, new: str, *, by: User, at: datetime, kept: Narrative | None
) -> None:
    """Keep a chapter that differs from its draft; let one that is the draft follow the figures."""
    if new == one.draft:
        if kept:
            kept.delete()
        return
    if kept and kept.text == new and kept.drafted == one.draft:
        return
    told = {"text": new, "drafted": one.draft, "changed_at": at, "changed_by": by}
    Narrative.objects.update_or_create(cycle=cycle, kind=kind, chapter=one.chapter, defaults=told)
