"""Writing the next version of a questionnaire: copy or upload, edit, publish, take into use.

A draft may hold problems: they are listed, and publishing waits for the last of them, but nothing typed is
refused because of them. A published version never changes; what was published is copied to go on.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.models import Agency, User
from isotrack.journal.record import record
from isotrack.kit.states import WrongState
from reports import compare_versions as compare
from reports.models import QuestionnaireVersion, ReportCycle
from reports.models.questionnaire import LISTS_FROM_FILES
from reports.questions import DefinitionError, editing, read_definition
from reports.questions.editing import Definition, Position, Spec


@transaction.atomic
def copy_version(version: QuestionnaireVersion, *, by: User, at: datetime) -> QuestionnaireVersion:
    """Copy a version into a draft of the person's province, with the next number of the form."""
    draft = _draft(deepcopy(version.definition), by=by)
    draft.based_on, draft.from_year = version, version.from_year
    draft.save()
    _record("questionnaire-copied", draft, by=by, at=at, changes={"based_on": [None, str(version)]})
    return draft


@transaction.atomic
def upload(text: str, *, by: User, at: datetime) -> QuestionnaireVersion:
    """Make a draft of a YAML text; the number in the text gives way to the next number of the form.

    Raises DefinitionError with every problem, each with its line.
    """
    definition = read_definition(text, LISTS_FROM_FILES)
    known = QuestionnaireVersion.objects.serving(_province(by).pk)
    if not known.coded(definition["form"]["code"]).exists():
        said = _("Mục form: không có biểu mẫu nào mã “%(code)s”; giữ nguyên mã của tệp đã tải về.")
        raise DefinitionError([said % {"code": definition["form"]["code"]}])
    draft = _draft(definition, by=by)
    draft.save()
    _record("questionnaire-uploaded", draft, by=by, at=at, changes={"title": [None, draft.title]})
    return draft


def put(
    version: QuestionnaireVersion,
    kind: str,
    spec: Spec,
    *,
    by: User,
    at: datetime,
    key: str = "",
    seen: str = "",
    position: Position | None = None,
) -> QuestionnaireVersion:
    """Replace the part `key` of a draft, or add one when that is empty.

    `seen` is the fingerprint of the part that the page showed. Raises WrongState when the version has been
    published, or another hand has changed or taken out that part meanwhile.
    """

    def edit(definition: Definition) -> Definition:
        if (key or kind == editing.FORM) and seen != editing.fingerprint(editing.part(definition, kind, key)):
            raise WrongState(_("Người khác vừa sửa mục này. Xem bản đang lưu ở dưới rồi lưu lại nếu cần."))
        _refuse_second(definition, kind, spec, key)
        return editing.put(definition, kind, spec, key=key, at=position)

    return _change(version, edit, by=by, at=at)


def remove(
    version: QuestionnaireVersion, kind: str, key: str, *, by: User, at: datetime
) -> QuestionnaireVersion:
    """Take a part out of a draft; what still names it becomes a problem to mend. Raises WrongState."""
    return _change(version, lambda definition: editing.remove(definition, kind, key), by=by, at=at)


def move(
    version: QuestionnaireVersion, kind: str, key: str, *, up: bool, by: User, at: datetime
) -> QuestionnaireVersion:
    """Move a section or a question of a draft by one place. Raises WrongState."""
    return _change(version, lambda definition: editing.move(definition, kind, key, up=up), by=by, at=at)


@transaction.atomic
def publish(version: QuestionnaireVersion, *, by: User, at: datetime, from_year: int) -> QuestionnaireVersion:
    """Publish a draft: cycles of `from_year` and later open with it, and it never changes again.

    Raises DefinitionError with every problem that is left, and WrongState when it was published before.
    """
    locked = _locked_draft(version)
    if locked.problems:
        raise DefinitionError(problem.sentence for problem in locked.problems)
    locked.published_at, locked.from_year = at, from_year
    locked.save(update_fields=["published_at", "from_year"])
    _record("questionnaire-published", locked, by=by, at=at, changes={"from_year": [None, from_year]})
    return locked


@transaction.atomic
def use_in_cycle(cycle: ReportCycle, version: QuestionnaireVersion, *, by: User, at: datetime) -> ReportCycle:
    """Let a running cycle ask with another published version, as long as nobody has begun a report in it.

    Raises WrongState with the number of reports begun, or with what else stands in the way.
    """
    cycle = ReportCycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)
    _refuse_use(cycle, version, at)
    # Whoever begins a report meanwhile waits for this; only then can none have been begun.
    list(cycle.reports.select_for_update(of=("self",)).values_list("pk"))
    if begun := cycle.reports.begun().count():
        said = _("%(begun)d báo cáo của kỳ %(year)s đã được bắt đầu; kỳ này giữ biểu mẫu đang dùng.")
        raise WrongState(said % {"begun": begun, "year": cycle.year})
    before = cycle.questionnaire
    cycle.questionnaire = version
    cycle.save(update_fields=["questionnaire"])
    about = ("cycle", cycle.pk, cycle)
    changes = {"questionnaire": [str(before), str(version)]}
    record("cycle-questionnaire-changed", about, by=by, at=at, province=cycle.province_id, changes=changes)
    return cycle


def _refuse_use(cycle: ReportCycle, version: QuestionnaireVersion, at: datetime) -> None:
    if version.is_draft:
        raise WrongState(_("Phát hành phiên bản này trước, rồi mới dùng cho kỳ báo cáo."))
    if not cycle.is_running(at):
        raise WrongState(_("Kỳ %(year)s đã khóa hoặc đã kết thúc.") % {"year": cycle.year})
    if version.from_year > cycle.year:
        said = _("Phiên bản này dùng từ năm %(from)d, không dùng cho kỳ %(year)d.")
        raise WrongState(said % {"from": version.from_year, "year": cycle.year})
    if version.pk == cycle.questionnaire_id:
        raise WrongState(_("Kỳ %(year)s đang dùng phiên bản này.") % {"year": cycle.year})


@transaction.atomic
def _change(
    version: QuestionnaireVersion, edit: Callable[[Definition], Definition], *, by: User, at: datetime
) -> QuestionnaireVersion:
    """Edit a draft that nobody else edits at this moment, and write what changed into the journal."""
    locked = _locked_draft(version)
    before = locked.definition
    try:
        locked.definition = edit(before)
    except editing.NoSuchPart as gone:
        raise WrongState(_("Mục này vừa được người khác bỏ hoặc đổi khóa.")) from gone
    if locked.definition != before:
        locked.title = locked.definition["form"]["title_vi"]
        locked.save(update_fields=["definition", "title"])
        _record("questionnaire-changed", locked, by=by, at=at, changes=_changes(before, locked.definition))
    return locked


def _locked_draft(version: QuestionnaireVersion) -> QuestionnaireVersion:
    locked = QuestionnaireVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not locked.is_draft:
        said = _("%(version)s đã phát hành nên không đổi được nữa. Chép thành bản nháp mới để sửa.")
        raise WrongState(said % {"version": locked})
    return locked


def _refuse_second(definition: Definition, kind: str, spec: Spec, key: str) -> None:
    """Two parts of one key could not be told apart any more. Raises WrongState."""
    own = "" if kind == editing.FORM else spec.get("key" if kind in ("section", "question") else "id", "")
    own = spec["name"] if kind == editing.Kind.CHOICES else own
    if own and own != key and own in editing.parts(definition, kind):
        raise WrongState(_("Khóa “%(key)s” đã có trong biểu mẫu; đặt khóa khác.") % {"key": own})


def _draft(definition: Definition, *, by: User) -> QuestionnaireVersion:
    """A draft of the person's province that is not saved yet, its number written into its definition."""
    form, province = definition["form"], _province(by)
    versions = QuestionnaireVersion.objects.coded(form["code"]).serving(province.pk)
    # Who copies at the same moment waits, and takes the number after this one.
    list(versions.select_for_update(of=("self",)).values_list("pk"))
    form["version"] = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    return QuestionnaireVersion(
        province=province,
        code=form["code"],
        version=form["version"],
        title=form["title_vi"],
        definition=definition,
    )


def _province(by: User) -> Agency:
    assert by.agency is not None and by.agency.province is not None  # visible_to shows nobody else a version
    return by.agency.province


def _changes(old: Definition, new: Definition) -> dict[str, list[Any]]:
    """What differs, for the journal, which keeps one language."""
    with translation.override(settings.LANGUAGE_CODE):
        found: dict[str, list[Any]] = {}
        for one in compare.differences(old, new):
            if one.is_added:
                found[one.name] = [None, _("đã thêm")]
            elif one.is_removed:
                found[one.name] = [_("có"), _("đã bỏ")]
            else:
                found |= {f"{one.name} – {each.label}": [each.old, each.new] for each in one.changes}
        return found


def _record(
    verb: str, version: QuestionnaireVersion, *, by: User, at: datetime, changes: dict[str, list[Any]]
) -> None:
    about = ("questionnaire", version.pk, version)
    record(verb, about, by=by, at=at, province=version.province_id or "", changes=changes)
