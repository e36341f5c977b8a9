"""A backup holds everything, goes back whole or not at all, and only into an empty installation."""

import gzip
import json
import shutil
import tracemalloc

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction

from agencies.models import Agency, Document
from isotrack.journal.models import Entry, Job, JobPart
from isotrack.kit.backups import Refused, restore, restoring, rows, take, taking
from isotrack.kit.commands import BadInput, RefusalsListed
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + bytes(range(256))


TAKEN = []


@pytest.fixture
def backup(tmp_path, settings, tmp_path_factory):
    """A copy of one backup, and an empty place to restore it to."""
    if not TAKEN:
        TAKEN.append(_built(tmp_path_factory.mktemp("taken") / "backup"))
    folder, taken = TAKEN[0]
    shutil.copytree(folder, tmp_path / "backup")
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    return tmp_path / "backup", taken


def _built(folder):
    """Two communes, a report that was sent, a document with its file, half-made work."""
    with transaction.atomic():
        cycle = make.reports(2)
        report = make.report(cycle.reports.first().agency, cycle, sent="2021-06-10 08:00")
        AnnualReport.objects.filter(pk=report.pk).update(
            answers={"z": 1.0, "a": [None, {"é": "đ", "n": 1e20}], "x": 0.1}
        )
        make.document().file.save("công văn.pdf", ContentFile(PDF))
        JobPart.objects.create(job=make.job(make.staff()), number=1, result=PDF)
        taken = take(folder, at=make.NOW)
        transaction.set_rollback(True)
    return folder, taken


def nothing_changed(tmp_path):
    return not (Agency.objects.exists() or Entry.objects.exists() or (tmp_path / "elsewhere").exists())


def test_everything_comes_back_as_it_was(backup):
    folder, taken = backup
    assert not Agency.objects.exists()
    assert restore(folder) == taken
    assert Agency.objects.count() == taken.tables["agencies_agency"]["rows"] == 4
    sent = AnnualReport.objects.get(first_submitted_at__isnull=False)
    assert sent.first_submitted_at == make.at("2021-06-10 08:00")
    assert sent.answers == {"z": 1.0, "a": [None, {"é": "đ", "n": 1e20}], "x": 0.1}
    assert Document.objects.exclude(file="").get().file.read() == PDF
    assert bytes(JobPart.objects.get().result) == PDF
    assert Job.objects.get().parts.count() == 1


def test_new_rows_go_on_after_the_restored_ones(backup):
    sequence = "pg_get_serial_sequence('agencies_agency', 'id')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval({sequence}, 1, false)")
    restore(backup[0])
    assert make.agency().pk > max(
        Agency.objects.exclude(name__contains="Khánh An").values_list("pk", flat=True)
    )


def test_what_is_restored_is_backed_up_again_with_the_same_digest(backup, tmp_path):
    folder, taken = backup
    restore(folder)
    assert take(tmp_path / "again", at=make.NOW).sha256 == taken.sha256


def test_sessions_stay_out(backup):
    assert "django_session" not in backup[1].tables
    tables = {model._meta.db_table for model in rows.tables()}
    assert {*connection.introspection.table_names()} - tables == {"django_migrations", "django_session"}


def rewrite(path, change):
    """Pack a file of lines again after a change that gzip does not notice."""
    with gzip.open(path, "rt", encoding="utf-8") as packed:
        lines = packed.read().splitlines()
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write("\n".join(change(lines)) + "\n")


def edit(folder, **values):
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(told | values))


AGENCIES = "tables/agencies_agency.jsonl.gz"


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def a_file(folder):
    return next(path for path in (folder / "files").rglob("*") if path.is_file())


DAMAGE = {
    "a table cut off": lambda folder: cut(folder / AGENCIES),
    "a row changed": lambda folder: rewrite(
        folder / AGENCIES, lambda lines: [line.replace("xã Số 2", "xã Số 3") for line in lines]
    ),
    "a row removed": lambda folder: rewrite(folder / AGENCIES, lambda lines: lines[:-1]),
    "a row that is none": lambda folder: rewrite(folder / AGENCIES, lambda lines: [*lines, "{}"]),
    "a date that is none": lambda folder: rewrite(
        folder / AGENCIES, lambda lines: [line.replace("2020-01-01", "2020-13-01") for line in lines]
    ),
    "another column": lambda folder: rewrite(
        folder / AGENCIES, lambda lines: [lines[0].replace("code", "kode"), *lines[1:]]
    ),
    "a table missing": lambda folder: (folder / AGENCIES).unlink(),
    "a file changed": lambda folder: a_file(folder).write_bytes(PDF[:-1] + b"x"),
    "a file cut off": lambda folder: cut(a_file(folder)),
    "a file missing": lambda folder: a_file(folder).unlink(),
    "a file outside": lambda folder: rewrite(
        folder / "files.jsonl.gz", lambda lines: [lines[0].replace("documents/", "../../documents/")]
    ),
    "the list of files cut off": lambda folder: cut(folder / "files.jsonl.gz"),
    "another digest": lambda folder: edit(folder, sha256="0" * 64),
    "fewer tables": lambda folder: edit(folder, tables={}),
    "a manifest cut off": lambda folder: cut(folder / "manifest.json"),
    "a manifest of another form": lambda folder: edit(folder, format=99),
    "a list for a manifest": lambda folder: (folder / "manifest.json").write_text("[]"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(damage, backup, tmp_path):
    folder, _taken = backup
    damage(folder)
    with pytest.raises(BadInput) as refusal:
        call_command("restore", str(folder))
    assert len(str(refusal.value)) > 40
    assert nothing_changed(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda names: [*names, "reports.0099_future"], "mới hơn (có reports.0099_future)"),
        (
            lambda names: [one for one in names if one != "journal.0002_append_only"],
            "cũ hơn (chưa có journal.0",
        ),
    ],
)
def test_a_backup_of_another_version_is_refused_by_name(change, says, backup, tmp_path):
    folder, _taken = backup
    edit(folder, migrations=change(json.loads((folder / "manifest.json").read_text())["migrations"]))
    with pytest.raises(Refused, match=r"dùng bản đó|khôi phục bằng bản đã tạo ra nó") as refusal:
        restore(folder)
    assert says in str(refusal.value)
    assert nothing_changed(tmp_path)


def test_a_database_with_a_row_is_refused(backup, tmp_path):
    make.dead_address()
    with pytest.raises(Refused, match="Cơ sở dữ liệu không rỗng"):
        restore(backup[0])
    assert not (tmp_path / "elsewhere").exists()


def test_a_store_with_a_file_is_refused(backup):
    default_storage.save("deep/er/a.txt", ContentFile(b"a"))
    with pytest.raises(Refused, match="Kho tệp không rỗng"):
        restore(backup[0])
    assert not Agency.objects.exists()


def test_a_rule_of_the_database_holds_for_a_restore_too(backup, monkeypatch, tmp_path):
    """A reference to nothing is found before anything counts, and the files are taken back."""
    whole = rows.write
    monkeypatch.setattr(rows, "write", lambda model, lines: None if model is Agency else whole(model, lines))
    with pytest.raises(Refused, match="Không khôi phục gì"):
        restore(backup[0])
    assert not Document.objects.exists()
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]


def test_a_store_that_changes_what_it_keeps_is_found_out(backup, monkeypatch, tmp_path):
    monkeypatch.setattr(restoring, "File", lambda kept: ContentFile(kept.read() + b"!"))
    with pytest.raises(Refused, match="Đọc lại thấy khác"):
        restore(backup[0])
    assert not Document.objects.exists()
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a").write_text("mine")
    with pytest.raises(BadInput, match="không rỗng"):
        call_command("backup", str(tmp_path / "old"))
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["a"]


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(_folder, *_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "_write_files", full)
    with pytest.raises(BadInput, match="No space left"):
        call_command("backup", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_gone_is_named_and_the_rest_is_kept(tmp_path, capsys):
    make.document().file.save("a.pdf", ContentFile(PDF))
    gone = make.document("46/SKHCN")
    gone.file.save("b.pdf", ContentFile(PDF))
    default_storage.delete(gone.file.name)
    with pytest.raises(RefusalsListed):
        call_command("backup", str(tmp_path / "new"), "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["missing"]) == (1, [gone.file.name])


def test_nobody_else_can_read_a_backup(backup):
    folder, _taken = backup
    assert [part.stat().st_mode & 0o077 for part in (folder, folder / "tables", folder / "files")] == [
        0,
        0,
        0,
    ]


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path):
    make.dead_address()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_deadaddress (address, province, since, reason, source)"
            " SELECT n || '@a.example', '1', now(), repeat('x', 480), 'typed' FROM generate_series(1, 8000) n"
        )
    tracemalloc.start()
    take(tmp_path / "new", at=make.NOW)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000  # the rows alone are 4 MB, as Python objects far more


def test_a_folder_that_may_not_be_read_is_called_that_and_not_damaged(backup, monkeypatch):
    def refuse(*words, **more):
        raise PermissionError("no")  # root, who runs tests, may read everything

    monkeypatch.setattr("isotrack.kit.backups.store.Path.read_text", refuse)
    with pytest.raises(Refused, match=r"không được đọc .*chown"):
        restore(backup[0])
