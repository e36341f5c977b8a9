"""Models explain themselves, and no migration is missing."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CheckConstraint, UniqueConstraint

OURS = [
    model
    for app in ("journal", "agencies", "plans", "reports")
    for model in apps.get_app_config(app).get_models()
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_a_person_can_see_explains_itself(model):
    silent = [
        field.name
        for field in model._meta.get_fields()
        if getattr(field, "editable", False)
        and not field.auto_created
        and not field.help_text
        and field.name not in ("password", "last_login")
    ]
    assert silent == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_constraint_has_the_sentence_a_person_will_read(model):
    silent = [
        rule.name
        for rule in model._meta.constraints
        if isinstance(rule, CheckConstraint | UniqueConstraint)
        and rule.violation_error_message == rule.default_violation_error_message
    ]
    assert silent == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
