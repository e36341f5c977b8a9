"""Returned mail as mail servers write it (RFC 3464)."""

REPORT = """\
From: MAILER-DAEMON@mx.example
To: isotrack@angiang.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 22 Jun 2021 07:00:05 +0700

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>:
    Recipient address rejected: User unknown

--b
Content-Type: {kind}

Message-ID: {message_id}
Subject: Nhac
To: {address}

--b--
"""
ORDINARY = """\
From: Lan <lan@people.example>
Subject: Xin gia hạn
Content-Type: text/plain; charset=utf-8

Kính gửi Sở
"""


def report(address, *, status="5.1.1", message_id="<none@there>", kind="text/rfc822-headers"):
    """One delivery report; `kind` is how the original mail is attached."""
    action = "failed" if status.startswith("5") else "delayed"
    text = REPORT.format(address=address, status=status, message_id=message_id, kind=kind, action=action)
    return text.encode()


def mailbox(*mails):
    """Several mails as one .mbox file."""
    start = b"From MAILER-DAEMON Tue Jun 22 07:00:10 2021\n"
    return b"\n".join(start + mail for mail in mails)
