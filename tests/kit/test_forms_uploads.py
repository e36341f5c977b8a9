"""What may be uploaded, by its content, its size and its name."""

import hashlib
from io import BytesIO
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from isotrack.kit.forms import FileKind, UploadField, safe_name

PDF = b"%PDF-1.7\n" + b"x" * 100
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPG = b"\xff\xd8\xff\xe0" + bytes(20)


def office(*names: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


XLSX = office("[Content_Types].xml", "xl/workbook.xml")
DOCX = office("[Content_Types].xml", "word/document.xml")


def sent(content: bytes, name: str = "bao-cao.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-anything")


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPG, "jpg"), (XLSX, "xlsx"), (DOCX, "docx")]
)
def test_a_file_is_what_its_content_says(content, kind):
    upload = UploadField().clean(sent(content, "ten-gi-cung-duoc.bin"))
    assert upload.kind == kind
    assert upload.name == f"ten-gi-cung-duoc.{kind}"
    assert upload.content_type == FileKind(kind).media_type


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00",
        b"<html><script>",
        office("a.txt"),
        office("[Content_Types].xml"),
        office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
        b"PK\x03\x04broken",
    ],
    ids=["program", "page", "plain zip", "half a workbook", "macro", "broken zip"],
)
def test_other_content_is_refused_under_whatever_name(content):
    with pytest.raises(ValidationError, match="Nội dung tệp không phải"):
        UploadField().clean(sent(content))


def test_an_archive_that_unpacks_into_too_much_is_refused_before_it_is_unpacked():
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml"):
            archive.writestr(name, "<x/>")
        for place in range(201):
            archive.writestr(f"word/media/{place}.bin", bytes(1024**2))
    assert len(out.getvalue()) < 1024**2
    for many in (out.getvalue(), office(*map(str, range(2_001)))):
        with pytest.raises(ValidationError, match="lớn bất thường"):
            UploadField().clean(sent(many, "don.docx"))


def test_a_kind_that_is_not_asked_for_is_refused_by_name_of_those_that_are():
    with pytest.raises(ValidationError, match="không phải là PDF, PNG"):
        UploadField(kinds=[FileKind.PDF, FileKind.PNG]).clean(sent(XLSX))


def test_a_file_too_big_is_told_its_size_the_limit_and_why():
    with pytest.raises(ValidationError) as refused:
        UploadField(max_mb=1).clean(sent(PDF + bytes(1024**2)))
    assert refused.value.messages == [
        "Tệp lớn 1,1 MB; chỉ nhận đến 1 MB, vì tệp lớn làm chậm đường truyền và bản sao lưu."
    ]


def test_the_fingerprint_is_of_the_whole_content():
    upload = UploadField().clean(sent(PDF))
    assert upload.sha256 == hashlib.sha256(PDF).hexdigest()


def test_the_whole_content_can_be_stored_afterwards(tmp_path):
    store = FileSystemStorage(tmp_path)
    upload = UploadField().clean(sent(PDF))
    assert store.open(store.save(upload.name, upload)).read() == PDF


def test_a_field_tells_the_browser_which_files_to_offer():
    assert UploadField(kinds=[FileKind.PDF, FileKind.JPG]).widget.attrs["accept"] == ".pdf,.jpg"


def test_no_file_is_fine_where_none_is_required():
    assert UploadField(required=False).clean(None) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Báo cáo  năm 2020 (ký).PDF", "Báo cáo năm 2020 (ký).pdf"),
        (normalize("NFD", "Quyết định.pdf"), "Quyết định.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Lan\\báo cáo.pdf", "báo cáo.pdf"),
        ('a"b;c\r\n<d>.pdf', "a b c d.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("...", "tep.pdf"),
        ("", "tep.pdf"),
        ("ậ" * 300 + ".pdf", "ậ" * 60 + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(given, kept):
    assert safe_name(given, FileKind.PDF) == kept
