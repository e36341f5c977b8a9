"""What the mails about people and their accounts say, found at the moment they are sent.

A mail's text is a template under templates/mail; the first line of the .txt is the subject. An invitation's
address opens an account, so the ledger keeps the mail without it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.actions.absence import Absent, absent_in
from agencies.models import Agency, Invitation, Role
from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.kit.clock import day_of


def invitation_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Ask somebody to open their account; nothing once the invitation was taken up, withdrawn or renewed."""
    keys = {notice.pk: int(notice.about.removeprefix("invitation:")) for notice in notices}
    found = Invitation.objects.select_related("agency__province", "invited_by").in_bulk(keys.values())
    return {notice.pk: _invite(notice, found.get(keys[notice.pk]), as_of) for notice in notices}


def absence_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Warn somebody that their account will be locked; nothing once they came, or were locked."""
    absent = _absent(notices, as_of)
    return {notice.pk: _warn(notice, absent.get(notice.about), as_of) for notice in notices}


def kept_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell the department that somebody it depends on has not come for long."""
    absent = _absent(notices, as_of)
    return {notice.pk: _tell(notice, absent.get(notice.about)) for notice in notices}


def department_of(province: Agency | None) -> str:
    """ "Sở Khoa học và Công nghệ tỉnh An Giang": whose installation a mail comes from."""
    place = province.in_lists.removeprefix("UBND").strip() if province else ""
    return _("Sở Khoa học và Công nghệ %(province)s") % {"province": place}


def render_mail(name: str, province: Agency | None, where: str, **context: Any) -> Words:
    """Render templates/mail/<name>.txt and .html in Vietnamese; `where` is the whole address to press."""
    with translation.override("vi"):
        known = {"department": department_of(province), "reply_to": settings.REPLY_TO, "link": where}
        told = known | context
        subject, _line, text = render_to_string(f"mail/{name}.txt", told).strip().partition("\n")
        html = render_to_string(f"mail/{name}.html", told | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html)


def _invite(notice: Notice, invitation: Invitation | None, as_of: datetime) -> Words | NoLonger:
    if invitation is None or not invitation.is_open_at(as_of, day_of(as_of)):
        return NoLonger(_("Lời mời không còn chờ nhận"))
    if notice.step != f"invitation-{invitation.round}":
        return NoLonger(_("Lời mời đã được gửi lại"))
    province = invitation.agency.province
    words = render_mail("invitation", province, invitation.link, invitation=invitation)
    return Words(words.subject, words.text, words.html, secret=invitation.token)


def _absent(notices: Sequence[Notice], as_of: datetime) -> dict[str, Absent]:
    provinces = Agency.objects.filter(pk__in={int(notice.province) for notice in notices})
    return {f"user:{one.user.pk}": one for province in provinces for one in absent_in(province, as_of)}


def _warn(notice: Notice, absent: Absent | None, as_of: datetime) -> Words | NoLonger:
    if absent is None or notice.step not in absent.steps:
        return NoLonger(_("Đã đăng nhập lại, hoặc tài khoản không còn dùng"))
    days = max(0, (absent.locks_on - day_of(as_of)).days)
    where = settings.SITE_URL + reverse("account_login")
    return render_mail("absence_warning", absent.rule.province, where, absent=absent, days=days)


def _tell(notice: Notice, absent: Absent | None) -> Words | NoLonger:
    if absent is None or f"-{absent.since:%Y%m%d}-" not in notice.step:
        return NoLonger(_("Đã đăng nhập lại, hoặc tài khoản không còn dùng"))
    where = settings.SITE_URL + reverse("agencies:account-detail", args=[absent.user.pk])
    answers = absent.user.role == Role.OFFICER
    return render_mail("absence_kept", absent.rule.province, where, absent=absent, answers=answers)
