"""What happens to a class: planned, changed, filled with people, attended, certified (QĐ 19/2014 Đ12 k4b).

Whatever counts seats locks the row of the class first, so that two people never take the last one.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency, Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.words import say_date
from plans.models import Participant, TrainingClass


@transaction.atomic
def plan_class(
    *, by: User, at: datetime, province: Agency, documents: Iterable[Document] = (), **values: Any
) -> TrainingClass:
    """Put a class into the year's plan; `values` are fields of TrainingClass.

    Raises ValidationError where the values break a rule of the class.
    """
    training = TrainingClass(province=province, **values)
    training.full_clean()
    training.save()
    training.documents.set(documents)
    _record("training-planned", training, by=by, at=at)
    return training


@transaction.atomic
def change_class(
    training: TrainingClass, *, by: User, at: datetime, documents: Iterable[Document], **values: Any
) -> TrainingClass:
    """Change topic, days, place, capacity and documents.

    Raises ValidationError for fewer seats than people registered, or days moved past a recorded attendance.
    """
    training = _locked(training)
    before = {name: getattr(training, name) for name in values}
    for name, value in values.items():
        setattr(training, name, value)
    training.full_clean()
    _refuse_shrinking(training)
    _refuse_moving_what_was(training, before, day_of(at))
    training.save()
    changes = {
        name: [_plain(before[name]), _plain(new)] for name, new in values.items() if before[name] != new
    }
    changes |= _change_documents(training, list(documents))
    if changes:
        _record("training-changed", training, by=by, at=at, changes=changes)
    return training


@transaction.atomic
def register(training: TrainingClass, people: Sequence[User], *, by: User, at: datetime) -> list[Participant]:
    """Give each of `people` a seat, all or none.

    An officer registers until the day before the class begins, the department until its last day. Raises
    ValidationError when there are too few seats left, somebody is registered already or holds no post today.
    """
    training = _locked(training)
    _refuse_late(training, by, day_of(at))
    taken = set(training.participants.values_list("user_id", flat=True))
    agencies = [_agency_of(person, taken, training, day_of(at)) for person in people]
    _refuse_full(training, len(taken), len(people))
    made = [
        Participant(training=training, user=person, agency=agency, registered_at=at)
        for person, agency in zip(people, agencies, strict=True)
    ]
    Participant.objects.bulk_create(made)
    names = [f"{one.user} ({one.agency})" for one in made]
    _record("training-registered", training, by=by, at=at, changes={"participants": [None, "; ".join(names)]})
    return made


@transaction.atomic
def withdraw(participant: Participant, *, by: User, at: datetime) -> None:
    """Take a registration back and free the seat.

    Raises ValidationError once attendance is recorded (numbers of certificates follow the list, which
    therefore stays as it is), and for an officer once the class has begun.
    """
    training = _locked(participant.training)
    if training.participants.marked().exists():
        raise ValidationError(_("Lớp đã điểm danh: không rút đăng ký được nữa."), code="attended")
    if not by.is_reviewer and training.has_begun(day_of(at)):
        raise ValidationError(_("Lớp đã khai giảng: nhờ Sở rút đăng ký."), code="begun")
    name = str(participant.user)
    participant.delete()
    _record("training-withdrawn", training, by=by, at=at, changes={"participants": [name, None]})


@transaction.atomic
def take_attendance(
    training: TrainingClass, marks: Sequence[tuple[Participant, bool]], *, by: User, at: datetime
) -> int:
    """Record who came and who did not; who came gets a certificate number. Return how many marks are new.

    A second list corrects the first: whoever did not come after all loses the certificate, and the journal
    keeps its number. Raises ValidationError before the class begins.
    """
    training = _locked(training)
    if not training.has_begun(day_of(at)):
        begins = say_date(training.starts_on)
        raise ValidationError(
            _("Lớp khai giảng ngày %(day)s: chưa điểm danh được.") % {"day": begins}, code="early"
        )
    places = _places(training)
    stored = training.participants.select_related("user").in_bulk([one.pk for one, _came in marks])
    changes: dict[str, list[Any]] = {}
    for read, came in marks:
        participant = stored.get(read.pk)  # as it stands now that the class is locked
        if participant is None or participant.attended == came:
            continue
        changes[str(participant.user)] = [participant.certificate or participant.attended, came]
        participant.attended = came
        participant.certificate = certificate_number(training, places[participant.pk]) if came else ""
        participant.save(update_fields=["attended", "certificate"])
    if changes:
        _record("training-attended", training, by=by, at=at, changes=changes)
    return len(changes)


def certificate_number(training: TrainingClass, place: int) -> str:
    """ "03/GCN-TH2021.12": the person's place in the list of class 12, so that no number is used twice."""
    return f"{place:02}/{certificate_symbol(training)}"


def certificate_symbol(training: TrainingClass) -> str:
    """What follows the number on every certificate of the class."""
    return f"GCN-TH{training.year}.{training.pk}"


def _places(training: TrainingClass) -> dict[int, int]:
    """Participant → place in the order of registration; nobody leaves the list once attendance begins.

    Whoever registers later stands behind everybody, so a place that was once printed belongs to one person.
    """
    keys = training.participants.order_by("pk").values_list("pk", flat=True)
    return {key: place for place, key in enumerate(keys, start=1)}


def _locked(training: TrainingClass) -> TrainingClass:
    return TrainingClass.objects.select_for_update().get(pk=training.pk)


def _refuse_shrinking(training: TrainingClass) -> None:
    taken = training.participants.count()
    if taken > training.capacity:
        told = {"taken": taken}
        raise ValidationError(
            {"capacity": _("Đã có %(taken)d người đăng ký: số chỗ không thể ít hơn.") % told}, code="taken"
        )


def _refuse_moving_what_was(training: TrainingClass, before: dict[str, Any], today: date) -> None:
    """Coverage counts from the days of a class, so they stay once somebody was marked as having come."""
    moved = any(
        name in before and before[name] != getattr(training, name) for name in ("starts_on", "ends_on")
    )
    if moved and training.participants.who_came().exists() and training.ends_on > today:
        raise ValidationError(
            {"ends_on": _("Lớp đã điểm danh: ngày bế giảng không thể sau hôm nay.")}, code="attended"
        )


def _refuse_late(training: TrainingClass, by: User, today: date) -> None:
    if today > training.ends_on:
        raise ValidationError(
            _("Lớp đã bế giảng ngày %(day)s.") % {"day": say_date(training.ends_on)}, code="ended"
        )
    if not by.is_reviewer and training.has_begun(today):
        begun = _("Lớp đã khai giảng ngày %(day)s: liên hệ Sở để được đăng ký.")
        raise ValidationError(begun % {"day": say_date(training.starts_on)}, code="begun")


def _agency_of(person: User, taken: set[int], training: TrainingClass, day: date) -> Agency:
    """The agency the person stands for on that day; who needs no seat or may have none is refused.

    Whoever passes is added to `taken`, so that nobody is named twice.
    """
    if person.pk in taken:
        raise ValidationError(_("%(person)s đã đăng ký lớp này.") % {"person": person}, code="twice")
    posts = person.posts.on(day).filter(agency__province=training.province_id).select_related("agency")
    post = posts.order_by("-is_responsible", "-starts_on").first()
    if post is None:
        said = _("%(person)s không giữ nhiệm vụ nào trong tỉnh.") % {"person": person}
        raise ValidationError(said, code="without_post")
    taken.add(person.pk)
    return post.agency


def _refuse_full(training: TrainingClass, taken: int, wanted: int) -> None:
    """`taken` counts those that were asked for as well, now that each was found fit."""
    left = training.capacity - (taken - wanted)
    if wanted <= left:
        return
    if left <= 0:
        raise ValidationError(
            _("Lớp đã đủ %(all)d học viên, không còn chỗ.") % {"all": training.capacity}, code="full"
        )
    said = ngettext("Lớp chỉ còn %(left)d chỗ.", "Lớp chỉ còn %(left)d chỗ.", left) % {"left": left}
    raise ValidationError(said, code="full")


def _change_documents(training: TrainingClass, documents: list[Document]) -> dict[str, list[Any]]:
    before = [str(each) for each in training.documents.order_by("pk")]
    training.documents.set(documents)
    after = [str(each) for each in training.documents.order_by("pk")]
    return {} if before == after else {"documents": ["; ".join(before), "; ".join(after)]}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _record(verb: str, training: TrainingClass, **details: Any) -> None:
    record(verb, ("training", training.pk, training), province=training.province_id, **details)
