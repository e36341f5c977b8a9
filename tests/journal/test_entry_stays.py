"""Nobody changes or removes a journal entry, with whatever tool."""

import pytest
from django.db import DatabaseError, connection, transaction

from isotrack.journal.models import Entry
from isotrack.journal.record import record
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return record("report-submitted", ("report", 17, "Báo cáo năm 2020"), by=None, at=make.NOW, province=89)


def test_the_journal_says_who_did_what_to_which_thing_and_when(entry):
    lan = make.officer(make.agency())
    own = record("report-saved", ("report", 17, "x" * 400), by=lan, at=make.NOW, changes={"a": [1, 2]})
    assert (own.actor, own.actor_key, own.about_key, own.changes) == (
        "Trần Thị Lan",
        str(lan.pk),
        "17",
        {"a": [1, 2]},
    )
    assert len(own.about_label) == 300
    assert (entry.actor, entry.actor_key, entry.province) == ("Hệ thống", "", "89")


def test_an_entry_cannot_be_changed(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(actor="Ai đó")
    assert Entry.objects.get(pk=entry.pk).actor == "Hệ thống"


def test_an_entry_cannot_be_saved_again(entry):
    entry.reason = "viết lại"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()


def test_an_entry_cannot_be_deleted(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    assert Entry.objects.filter(about_key="17").exists()


def test_the_journal_cannot_be_emptied(entry):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    emptied = pytest.raises(DatabaseError, match="append-only")
    with emptied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_all_stay")
        cursor.execute("TRUNCATE journal_entry")
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_the_history_of_a_thing_is_found_by_its_kind_and_key_in_its_province(entry):
    record("report-submitted", ("report", 18, "khác"), by=None, at=make.NOW, province=91)
    assert list(Entry.objects.about("report", 17)) == [entry]
    assert list(Entry.objects.of_province("89")) == [entry]
