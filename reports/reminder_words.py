"""What staff may write in a reminder rule: its placeholders, what is wrong with a text, and filling it in.

A placeholder is a name in braces. Nothing else in a text has a meaning, so a text cannot reach anything.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Post, User
from isotrack.journal.models import Notice
from isotrack.kit.clock import day_of
from isotrack.kit.text import clean
from reports.models import ReminderRule
from reports.models.reminder import Audience, Step

Written = tuple[str, str, str] | None  # a rule's own subject and text, "" for the usual one; their language
_NAMED = re.compile(r"\{([^{}]*)\}")
_ALL = tuple(Audience)
_OWN = (Audience.OFFICER, Audience.HEAD)
_LISTS = (Audience.SUPERIOR, Audience.STAFF)


@dataclass(frozen=True)
class Placeholder:
    """A name that may stand in braces, what it becomes, and for whom there is such a thing."""

    name: str
    meaning: Promise
    audiences: Sequence[Audience] = _ALL

    @property
    def written(self) -> str:
        """As it is typed: "{co_quan}"."""
        return f"{{{self.name}}}"


PLACEHOLDERS = (
    Placeholder("co_quan", gettext_lazy("tên cơ quan nhận thư")),
    Placeholder("nguoi_dung_dau", gettext_lazy("họ tên người đứng đầu"), (Audience.HEAD,)),
    Placeholder("nam", gettext_lazy("năm báo cáo")),
    Placeholder("han", gettext_lazy("ngày cuối cùng của hạn: 29/6/2021")),
    Placeholder("han_trong_loi", gettext_lazy("hạn đủ hai vế: trước ngày 30/6/2021 (hết ngày 29/6/2021)")),
    Placeholder("so_ngay", gettext_lazy("số ngày còn lại hoặc đã trễ, chỉ con số: 7")),
    Placeholder("con_lai", gettext_lazy("số ngày bằng lời: Còn 7 ngày, Trễ 3 ngày")),
    Placeholder("lien_ket", gettext_lazy("địa chỉ mở thẳng việc phải làm")),
    Placeholder("so_khcn", gettext_lazy("tên Sở Khoa học và Công nghệ của tỉnh")),
    Placeholder("cap_tren", gettext_lazy("tên cơ quan cấp trên"), _OWN),
    Placeholder("chua_gui", gettext_lazy("số báo cáo chưa gửi"), _LISTS),
    Placeholder("gui_tre", gettext_lazy("số báo cáo gửi trễ"), _LISTS),
    Placeholder("danh_sach", gettext_lazy("tên các cơ quan chưa gửi, mỗi dòng một cơ quan"), _LISTS),
)


def placeholders_for(audience: str) -> list[Placeholder]:
    """Those that have a meaning in a mail to this audience."""
    return [one for one in PLACEHOLDERS if audience in one.audiences]


def problems(text: str, audience: str) -> list[str]:
    """What cannot be sent: placeholders that mean nothing to this audience, and braces left over."""
    known = {one.name for one in placeholders_for(audience)}
    wrong = [name for name in _NAMED.findall(text) if name not in known]
    told = [
        _("Không có ký hiệu {%(name)s} cho người nhận này; xem danh sách ký hiệu.") % {"name": name}
        for name in dict.fromkeys(wrong)
    ]
    if re.search(r"[{}]", _NAMED.sub("", text)):
        told.append(_("Thừa dấu ngoặc nhọn. Dấu { và } chỉ dùng để bao một ký hiệu, ví dụ {co_quan}."))
    return told


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values in the place of placeholders; one that has no value here stays as it is written."""
    return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), text)


def fill_subject(text: str, values: Mapping[str, object]) -> str:
    """The same in one line."""
    return clean(fill(text, values))


@dataclass(frozen=True)
class OwnWords:
    """The rules that speak in words of their own, and the language each address reads."""

    rules: Mapping[tuple[str, str, int], ReminderRule]
    languages: Mapping[str, str]

    @classmethod
    def of(cls, notices: Sequence[Notice], as_of: datetime) -> "OwnWords":
        """What a batch needs; at most three statements for any number of notices."""
        provinces = {int(notice.province) for notice in notices}
        rules = ReminderRule.objects.filter(province__in=provinces).with_own_words()
        known = {(str(rule.province_id), rule.audience, rule.offset): rule for rule in rules}
        speaks_english = any(rule.subject_en or rule.text_en for rule in known.values())
        addresses = {notice.recipient.lower() for notice in notices}
        return cls(known, languages_of(addresses, as_of) if speaks_english else {})

    def for_notice(self, notice: Notice) -> Written:
        """Subject, text and language of the rule behind a notice; None where the usual words are said."""
        step = Step.read(notice.step)
        rule = self.rules.get((notice.province, step.audience, step.offset)) if step else None
        if rule is None:
            return None
        words = rule.words(self.languages.get(notice.recipient.lower(), "vi"))
        return words if any(words[:2]) else None


def languages_of(addresses: Iterable[str], as_of: datetime) -> dict[str, str]:
    """Address in small letters → the language its reader chose.

    The reader is whoever has an account with this address, else who is responsible at the agency whose
    mailbox it is. Two statements.
    """
    folded = list(addresses)
    posts = Post.objects.on(day_of(as_of)).filter(is_responsible=True, user__is_active=True)
    mailboxes = posts.order_by("starts_on").annotate(folded=Lower("agency__contact_email"))
    found = dict(mailboxes.filter(folded__in=folded).values_list("folded", "user__language"))
    accounts = User.objects.get_queryset().in_use().annotate(folded=Lower("email")).order_by("pk")
    return found | dict(accounts.filter(Q(folded__in=folded)).values_list("folded", "language"))
