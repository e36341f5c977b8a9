"""A mail written in one piece reads exactly as the one Django builds."""

from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from hypothesis import given
from hypothesis import strategies as st

from isotrack.journal.mail import Mail, Smtp, Written, address

SUBJECT = "Còn 7 ngày: Báo cáo năm 2020 – UBND xã Khánh An, huyện An Phú, tỉnh An Giang"
FROM = "Sở Khoa học và Công nghệ tỉnh An Giang <iso@angiang.example>"
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60)


def both(**told):
    """The same mail, written by us and built by Django, as a mail program reads them."""
    usual = {"subject": SUBJECT, "body": "Kính gửi", "from_email": FROM, "to": ["xa@agency.example"]}
    headers = {"Message-ID": "<notice-1.abc@angiang.example>", "Auto-Submitted": "auto-generated"}
    mails = [made(**usual | {"headers": headers} | told) for made in (Mail, EmailMultiAlternatives)]
    for mail in mails:
        mail.attach_alternative(told.get("body", "Kính gửi").join(("<p>", "</p>")), "text/html")
    assert isinstance(mails[0].message(), Written)
    written = [one.message().as_bytes(linesep="\r\n") for one in mails]
    return [message_from_bytes(one, policy=policy.default) for one in written]


def said(mail, kind):
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"subject": "Plain"},
        {"subject": "A long subject of nothing but ASCII " * 5},
        {"reply_to": [FROM]},
        {"headers": {"Message-ID": "<1@a.example>", "List-Unsubscribe": f"<https://a.example/{'x' * 90}>"}},
        {"body": "Dòng một\n\nFrom đầu dòng\n.chấm đầu dòng\n"},
        {"body": "Dòng một\r\nDòng hai\rDòng ba"},
        {"body": "dài " * 400},
    ],
)
def test_it_reads_as_the_one_that_django_builds(told):
    ours, theirs = both(**told)
    names = {name.lower() for name in theirs.keys()} - {"content-type", "date"}  # noqa: SIM118
    assert names <= {name.lower() for name in ours.keys()}  # noqa: SIM118
    assert {name: ours[name].strip() for name in names} == {name: theirs[name].strip() for name in names}
    assert ours.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        assert said(ours, kind).split() == said(theirs, kind).split()
    assert ours.defects == []


@given(st.lists(LINES, max_size=8), LINES)
def test_whatever_is_said_arrives(lines, subject):
    ours, _theirs = both(body="\n".join(lines), subject=subject.strip())
    assert said(ours, "plain") == "\n".join(lines).rstrip("\n")
    assert str(ours["Subject"]).split() == subject.split()


def test_no_line_is_longer_than_a_server_takes():
    ours, _theirs = both(body="không có dấu cách" * 200, subject="ô" * 300)
    assert max(len(line) for line in ours.as_bytes().split(b"\n")) <= 998


def test_a_header_cannot_end_early():
    with pytest.raises(BadHeaderError):
        both(subject="Còn 7 ngày\nBcc: ai@agency.example")


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Invalid address"):
        address("xa@agency.example, huyen@agency.example")
    assert address("văn thư <xa@agency.example>").endswith("<xa@agency.example>")


def test_a_mail_with_files_is_built_by_django():
    mail = Mail("Văn bản", "Kính gửi", "a@b.example", ["c@d.example"])
    mail.attach_alternative("<p>", "text/html")
    mail.attach("812.pdf", b"%PDF-1.7", "application/pdf")
    read = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    assert [part.get_filename() for part in read.iter_attachments()] == ["812.pdf"]


def test_the_envelope_names_addresses_only():
    backend, calls = Smtp(), []
    backend.connection = SimpleNamespace(sendmail=lambda *words: calls.append(words[:2]))
    assert backend._send(Mail("S", "T", "IsoTrack <iso@angiang.example>", ["xa@agency.example"]))
    assert calls == [("IsoTrack <iso@angiang.example>", ["xa@agency.example"])]
