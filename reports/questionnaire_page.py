"""What the pages of a questionnaire's version show: its parts in words, with the places to edit them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import User
from reports import definition_words as words
from reports.models import QuestionnaireVersion, ReportCycle
from reports.questions import Problem
from reports.questions.editing import FORM, Kind, parts


@dataclass(frozen=True)
class Line:
    """One version in the list."""

    version: QuestionnaireVersion
    questions: int
    rules: int
    cycles: Sequence[ReportCycle]


@dataclass(frozen=True)
class Asked:
    """One question of a version, as the page lists it."""

    key: str
    number: int
    label: str
    type: str
    facts: str
    when: str
    url: str
    remove: str


@dataclass(frozen=True)
class Part:
    """A section with its questions."""

    key: str
    title: str
    url: str
    remove: str
    questions: Sequence[Asked]


@dataclass(frozen=True)
class Entry:
    """A rule or a list of choices: what it is called, what it says, and where to edit it ("" for nowhere)."""

    key: str
    title: str
    text: str
    note: str
    url: str
    remove: str


@dataclass(frozen=True)
class ToMend:
    """A problem of a draft, with the place to mend it."""

    sentence: str
    url: str


def lines(user: User) -> list[Line]:
    """Every version the person may use, newest first, with the cycles of the province that use it."""
    cycles = ReportCycle.objects.visible_to(user).order_by("year")
    found = QuestionnaireVersion.objects.visible_to(user).prefetch_related(Prefetch("cycles", cycles))
    return [_line(version) for version in found.order_by("code", "-version", "-pk")]


def sections(version: QuestionnaireVersion) -> list[Part]:
    """The sections with their questions, numbered throughout."""
    asked = words.asked(version.definition)
    return [
        Part(
            key=section["key"],
            title=section.get("title_vi", section["key"]),
            url=edit_url(version, Kind.SECTION, section["key"]),
            remove=remove_url(version, Kind.SECTION, section["key"]),
            questions=[_asked(version, spec, asked) for spec in section["questions"]],
        )
        for section in version.definition["sections"]
    ]


def rules(version: QuestionnaireVersion) -> list[Entry]:
    """The rules in order."""
    asked = words.asked(version.definition)
    return [
        Entry(
            key=key,
            title=str(spec.get("message_vi", "")),
            text=_rule_text(spec, asked),
            note=words.value_in_words("severity", spec.get("severity")),
            url=edit_url(version, Kind.RULE, key),
            remove=remove_url(version, Kind.RULE, key),
        )
        for key, spec in parts(version.definition, Kind.RULE).items()
    ]


def lists(version: QuestionnaireVersion) -> list[Entry]:
    """The lists of choices by name; one that comes from a file cannot be edited here."""
    return [
        _list(version, name, entries)
        for name, entries in sorted(parts(version.definition, Kind.CHOICES).items())
    ]


def to_mend(version: QuestionnaireVersion) -> list[ToMend]:
    """Every problem of a draft with the page to mend it on."""
    return [ToMend(problem.sentence, _place_url(version, problem)) for problem in version.problems]


def mend_in_words(count: int) -> str:
    """ "Còn 3 điểm phải sửa trước khi phát hành."."""
    said = ngettext(
        "Còn %(count)d điểm phải sửa trước khi phát hành.",
        "Còn %(count)d điểm phải sửa trước khi phát hành.",
        count,
    )
    return said % {"count": count}


def titles(version: QuestionnaireVersion) -> list[tuple[str, str]]:
    """What is said about the form as a whole."""
    return list(words.in_words(version.definition["form"]).items())


def edit_url(version: QuestionnaireVersion, kind: str, key: str) -> str:
    """Where a part is edited."""
    if kind == FORM:
        return reverse("reports:questionnaire-titles", args=[version.pk])
    return reverse("reports:questionnaire-part-edit", args=[version.pk, kind, key])


def remove_url(version: QuestionnaireVersion, kind: str, key: str) -> str:
    """Where a part is taken out."""
    return reverse("reports:questionnaire-part-remove", args=[version.pk, kind, key])


def mentioned(version: QuestionnaireVersion, found: Sequence[tuple[str, str]]) -> list[str]:
    """Questions and rules in words: "câu 5", "quy tắc R03"."""
    asked = words.asked(version.definition)
    return [
        _("câu %(number)d") % {"number": asked[key].number}
        if kind == Kind.QUESTION
        else _("quy tắc %(id)s") % {"id": key}
        for kind, key in found
    ]


def _line(version: QuestionnaireVersion) -> Line:
    asked, ruled = (len(parts(version.definition, kind)) for kind in (Kind.QUESTION, Kind.RULE))
    return Line(version, asked, ruled, list(version.cycles.all()))


def _asked(version: QuestionnaireVersion, spec: Mapping[str, Any], asked: Mapping[str, words.Asked]) -> Asked:
    return Asked(
        key=spec["key"],
        number=asked[spec["key"]].number,
        label=str(spec.get("label_vi", "")),
        type=words.value_in_words("type", spec.get("type")),
        facts=", ".join(_facts(spec)),
        when=words.conditions_in_words(spec.get("depends_on", ()), asked),
        url=edit_url(version, Kind.QUESTION, spec["key"]),
        remove=remove_url(version, Kind.QUESTION, spec["key"]),
    )


def _facts(spec: Mapping[str, Any]) -> Iterator[str]:
    """What is worth knowing of a question at a glance."""
    if spec.get("computed"):
        yield _("tự tính: %(formula)s") % {"formula": spec["computed"]}
    elif spec.get("required"):
        yield _("bắt buộc")
    if "min" in spec or "max" in spec:
        low, high = (words.value_in_words(end, spec.get(end)) for end in ("min", "max"))
        yield _("%(low)s đến %(high)s") % {"low": low, "high": high}
    if spec.get("unit") and not spec.get("computed"):
        yield str(spec["unit"])
    if spec.get("carry_over"):
        yield _("lấy từ năm trước")
    if spec.get("signed_scan"):
        yield _("bản đã ký")
    if spec.get("applies_to", "all") != "all":
        yield words.value_in_words("applies_to", spec["applies_to"]).lower()


def _rule_text(spec: Mapping[str, Any], asked: Mapping[str, words.Asked]) -> str:
    """ "Số bên trái không lớn hơn số bên phải: câu 4, 3; khi câu 5 là Đã công bố"."""
    named = [spec.get(part) for part in ("key", "left", "right", "after", "table", "total")]
    keys = dict.fromkeys([*filter(None, named), *spec.get("keys", [])])
    numbers = ", ".join(str(asked[key].number) if key in asked else f"“{key}”" for key in keys)
    said = [
        _("%(type)s: câu %(numbers)s")
        % {"type": words.value_in_words("type", spec.get("type")), "numbers": numbers}
    ]
    said += [
        f"{words.attribute(name).lower()} {words.value_in_words(name, spec[name])}"
        for name in ("column", "ceiling", "months", "percent")
        if name in spec
    ]
    if spec.get("when"):
        said.append(_("khi %(conditions)s") % {"conditions": words.conditions_in_words(spec["when"], asked)})
    return "; ".join(said)


def _list(version: QuestionnaireVersion, name: str, entries: Any) -> Entry:
    if not isinstance(entries, list):
        note = _("lấy từ danh mục của pháp luật (khoản chi theo Điều 3 TT 116/2015/TT-BTC), không sửa ở đây")
        return Entry(name, name, "", note, "", "")
    labels = "; ".join(str(entry.get("label_vi", "")) for entry in entries)
    return Entry(
        name, name, labels, "", edit_url(version, Kind.CHOICES, name), remove_url(version, Kind.CHOICES, name)
    )


def _place_url(version: QuestionnaireVersion, problem: Problem) -> str:
    place = problem.place
    known = place.kind != FORM and place.key in parts(version.definition, place.kind)
    return edit_url(version, place.kind if known else FORM, place.key)
