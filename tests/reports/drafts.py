"""Drafts of the questionnaire, and what the page of one of their parts sends when nothing was changed."""

from typing import Any

from agencies.models import User
from reports.actions.questionnaire import copy_version, publish, remove
from reports.forms.part import PartForm
from reports.forms.questionnaire import PARTS
from reports.models import QuestionnaireVersion
from tests import make


def version(number: int = 2) -> QuestionnaireVersion:
    """A published version that came with the installation."""
    make.reference()
    return QuestionnaireVersion.objects.get(province=None, version=number)


def draft(by: User | None = None, number: int = 2) -> QuestionnaireVersion:
    """A copy of it that Bình has begun to edit."""
    return copy_version(version(number), by=by or make.staff(), at=make.NOW)


def published(by: User | None = None) -> QuestionnaireVersion:
    """The province's own version, in use from 2020 on."""
    person = by or make.staff()
    return publish(draft(person), by=person, at=make.NOW, from_year=2020)


def keys(by: User) -> dict[str, list[dict[str, Any]]]:
    """What stands in the addresses: a draft, one with problems, and versions that are published."""
    made, own = draft(by), published(by)
    troubled = remove(draft(by), "question", "staff_total", by=by, at=make.NOW)
    parts = [
        ("question", "published_url"),
        ("question", "spending_table"),
        ("section", "general"),
        ("choices", "qms_state"),
        ("rule", "R16"),
        ("rule", "R26"),
    ]
    edited = [{"pk": made.pk, "part": part, "key": key} for part, key in parts]
    return {
        "questionnaire": [{"pk": one.pk} for one in (made, troubled, own)],
        "questionnaire-use": [{"pk": own.pk}],
        "questionnaire-part-add": [{"pk": made.pk, "part": part} for part in dict(parts)],
        "questionnaire-part-move": [{"pk": made.pk, "part": "question"}],
        "questionnaire-part-edit": [*edited, {"pk": troubled.pk, "part": "rule", "key": "R01"}],
        "questionnaire-part-remove": edited[:3],
    }


def sent(form: PartForm) -> dict[str, Any]:
    """Every field of a form as a browser would send it back."""
    forms = [form, *(row for formset in form.formsets.values() for row in formset.forms)]
    managed = [formset.management_form for formset in form.formsets.values()]
    values = {bound.html_name: _value(bound) for one in (*forms, *managed) for bound in one}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def typed(spec: dict[str, Any], part: str, key: str = "", **options: Any) -> dict[str, Any]:
    """What the page of one part sends when nothing was changed."""
    return sent(PARTS[part](spec, key, **options))


def _value(bound: Any) -> Any:
    return "on" if bound.value() is True else bound.value()
