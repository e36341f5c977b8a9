"""An agency, and how it stood over time.

An agency is a legal entity: a merger makes a new one. Official codes are used again over time, so the key
is code + valid-from and at most one agency bears a code on any day (kept by the database). What may change
within the life of one entity (superior, name, mandate, …) is dated in Standing; Agency carries the present.

An agency that ended keeps its province, its superior and its place in the tree: nothing of the past moves.
Who took it over reads its past (Heritage), the `heir` answers for what it left open, and the province that
follows another one keeps reading that one's years (`keeps`).
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from isotrack.kit.text import fold, sort_key

if TYPE_CHECKING:
    from agencies.models.person import User


_COMMITTEE_OF = re.compile(
    r"^(Ủy|Uỷ) ban nhân dân (tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu) "
)


# Everything below an agency on a day, in one statement; UNION ends also where the tree is a circle.
_BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT agency_id FROM agencies_standing
    WHERE superior_id = %s AND starts_on <= %s AND (ends_on IS NULL OR ends_on >= %s)
    UNION
    SELECT one.agency_id FROM agencies_standing one JOIN below ON one.superior_id = below.id
    WHERE one.starts_on <= %s AND (one.ends_on IS NULL OR one.ends_on >= %s)
)
SELECT id FROM below
"""


def in_lists(name: str) -> str:
    """A name as lists show it, with either placement of the tone: "UBND xã Khánh An"."""
    return name.replace("Ủy ban nhân dân", "UBND").replace("Uỷ ban nhân dân", "UBND")


def holding(words: str, column: str) -> Q:
    """Rows whose folded column holds every word typed; "UBND" is how people write the name spelt out."""
    asked = Q()
    for word in fold(words).split():
        fits = Q(**{f"{column}__contains": word})
        asked &= fits | Q(**{f"{column}__contains": "uy ban nhan dan"}) if word == "ubnd" else fits
    return asked


def own_name(name: str) -> str:
    """What lists are sorted by: "Khánh An", without People's Committee and kind of unit."""
    return _COMMITTEE_OF.sub("", name)


class Level(models.TextChoices):
    """Administrative level; the district level ended on 01/07/2025."""

    PROVINCE = "province", _("Cấp tỉnh")
    DISTRICT = "district", _("Cấp huyện")
    COMMUNE = "commune", _("Cấp xã")


class Kind(models.TextChoices):
    """What sort of agency it is."""

    PEOPLES_COMMITTEE_PROVINCE = "peoples_committee_province", _("UBND cấp tỉnh")
    OFFICE = "office", _("Văn phòng")
    DEPARTMENT = "department", _("Sở")
    BOARD = "board", _("Ban")
    INSPECTORATE = "inspectorate", _("Thanh tra")
    SUB_DEPARTMENT = "sub_department", _("Chi cục và tương đương")
    PEOPLES_COMMITTEE_DISTRICT = "peoples_committee_district", _("UBND cấp huyện")
    PEOPLES_COMMITTEE_COMMUNE = "peoples_committee_commune", _("UBND cấp xã")
    PUBLIC_SERVICE_UNIT = "public_service_unit", _("Đơn vị sự nghiệp công lập")


class Group(models.TextChoices):
    """The four groups in which the province counts its agencies, and none for who is counted elsewhere."""

    DEPARTMENT = "so_ban_nganh", _("Sở, ban, ngành")
    SUB_DEPARTMENT = "don_vi_thuoc_so", _("Đơn vị thuộc sở")
    DISTRICT = "ubnd_huyen", pgettext_lazy("group", "UBND cấp huyện")
    COMMUNE = "ubnd_xa", pgettext_lazy("group", "UBND cấp xã")
    NONE = "none", _("Không tính riêng")


class Mandate(models.TextChoices):
    """Whether Decision 19 obliges the agency or encourages it (QĐ 19/2014 Đ2)."""

    MANDATORY = "mandatory", _("Phải áp dụng")
    ENCOURAGED = "encouraged", _("Khuyến khích áp dụng")


class CeilingTier(models.TextChoices):
    """The point of Điều 4 TT 116/2015/TT-BTC that sets the agency's ceilings."""

    T1A = "1a", _("1a – bộ, ngành")
    T1B = "1b", _("1b – tổng cục, cục thuộc bộ")
    T2A = "2a", _("2a – UBND cấp tỉnh")
    T2B = "2b", _("2b – UBND cấp huyện, sở và tương đương")
    T2C = "2c", _("2c – chi cục và tương đương")
    T2D = "2d", _("2d – UBND cấp xã, đơn vị sự nghiệp công lập")


# The columns of an agency that are dated in Standing.
DATED_COLUMNS = ("superior_id", "name", "kind", "group", "mandate", "ceiling_tier", "reports_annually")


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Sentences about agencies."""

    def visible_to(self, user: "User") -> Self:
        """Those a person may see: the whole province by role, else their own agency and those below it."""
        own = user.agency
        if own is None:
            return self.none()
        if user.sees_province:
            return self.filter(province_id__in=own.realm)
        return self.filter(within(own))

    def editable_by(self, user: "User") -> Self:
        """Those whose name, place and duties this person may change: the department keeps the registry."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def contactable_by(self, user: "User") -> Self:
        """Those whose mailbox this person may set: the department everybody's, an officer their own."""
        if not user.sees_province and user.agency is not None:
            return self.filter(pk=user.agency.pk)
        return self.editable_by(user)

    def valid_on(self, day: date) -> Self:
        """Those that exist on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def ended_by(self, day: date) -> Self:
        """Those that existed no more on `day`."""
        return self.filter(valid_to__lt=day)

    def provinces(self) -> Self:
        """The roots: one People's Committee per province."""
        return self.filter(pk=F("province_id"))

    def coded(self, code: str, day: date) -> Self:
        """The one that bears a code on `day`: codes are used again over time."""
        return self.valid_on(day).filter(code=code)

    def stood_on(self, day: date) -> Self:
        """Join how each stood on `day`, to filter by ("stood__kind"); those of other times are left out."""
        begun = Q(standings__starts_on__lte=day)
        lasts = Q(standings__ends_on__isnull=True) | Q(standings__ends_on__gte=day)
        joined = self.annotate(stood=FilteredRelation("standings", condition=begun & lasts))
        return joined.filter(stood__isnull=False)

    def with_standing(self, day: date) -> Self:
        """After stood_on: annotate what was true on `day` (`name_then`, …), for Agency.as_it_stood."""
        superiors = Standing.objects.on(day).filter(agency_id=OuterRef("stood__superior_id"))
        then = {f"{name}_then": F(f"stood__{name}") for name in DATED_COLUMNS}
        namesakes = Standing.objects.on(day).filter(
            agency__province_id=OuterRef("province_id"), name_sort=OuterRef("stood__name_sort")
        )
        return self.annotate(
            **then,
            superior_name_then=Subquery(superiors.values("name")[:1]),
            name_repeats=Exists(namesakes.exclude(agency_id=OuterRef("pk"))),
        )

    def directly_under_on(self, superior: "Agency", day: date) -> Self:
        """Those whose superior it was on `day`, each as it stood, in protocol order; for as_it_stood."""
        joined: Any = self.valid_on(day).stood_on(day)
        below = joined.filter(stood__superior_id=superior.pk).with_standing(day)
        found: Self = below.order_by("sort_order", "stood__name_sort", "pk")
        return found

    def under_on(self, superior: "Agency", day: date) -> Self:
        """The whole tree below `superior` as it was on `day`, without itself."""
        return self.filter(pk__in=RawSQL(_BELOW, [superior.pk, *[day] * 4])).exclude(pk=superior.pk)

    def under(self, superior: "Agency") -> Self:
        """The whole tree below `superior`, without itself."""
        return self.filter(path__startswith=superior.path).exclude(pk=superior.pk)

    def not_under(self, agency: "Agency") -> Self:
        """Those that may stand above `agency`: neither itself nor anything below it."""
        return self.exclude(path__startswith=agency.path)

    def with_subordinates(self, day: date) -> Self:
        """Those that are somebody's superior on `day`, the present one."""
        below = Agency.objects.valid_on(day).filter(superior_id=OuterRef("pk"))
        return self.filter(Exists(below))

    def with_subordinates_on(self, day: date) -> Self:
        """Those that were somebody's superior on `day`, a past one."""
        below = Standing.objects.on(day).filter(superior_id=OuterRef("pk"))
        return self.filter(Exists(below))

    def with_contact(self) -> Self:
        """Those that can be reminded."""
        return self.exclude(contact_email="")

    def without_contact(self) -> Self:
        """Those that nobody can write to."""
        return self.filter(contact_email="")

    def with_mailbox(self, folded: Iterable[str]) -> Self:
        """Those whose mailbox is one of these, given in small letters."""
        return self.alias(mailbox=Lower("contact_email")).filter(mailbox__in=list(folded))

    def with_name_repeated(self, day: date) -> Self:
        """Annotate `name_repeats`: whether another agency of the province bears the same name on `day`."""
        namesakes = Agency.objects.valid_on(day).filter(
            province_id=OuterRef("province_id"), name_sort=OuterRef("name_sort")
        )
        return self.annotate(name_repeats=Exists(namesakes.exclude(pk=OuterRef("pk"))))

    def matching(self, words: str, *, column: str = "name_search") -> Self:
        """Those whose name, short name or code contain every word typed, whatever its marks and case.

        After stood_on, the column "stood__name_search" looks at the names of that day.
        """
        return self.filter(holding(words, column))

    def for_workbook(self) -> Self:
        """In protocol order, with what a workbook says of each."""
        return self.in_protocol_order().select_related("superior", "covered_by")

    def in_protocol_order(self) -> Self:
        """As official lists order them: departments by rank, communes by the alphabet."""
        return self.order_by("sort_order", "name_sort", "pk")


class Agency(models.Model):
    """One state agency, with its present name, superior and duties."""

    code = models.CharField(_("mã"), max_length=20, help_text=_("Mã chính thức nếu có, ví dụ 30340."))
    valid_from = models.DateField(_("từ ngày"), help_text=_("Ngày đầu tiên cơ quan có trong danh bạ."))
    valid_to = models.DateField(
        _("đến ngày"), null=True, blank=True, help_text=_("Ngày cuối cùng; để trống khi đang hoạt động.")
    )
    name = models.CharField(_("tên"), max_length=200, help_text=_("Tên đầy đủ, như ghi trong văn bản."))
    short_name = models.CharField(
        _("tên ngắn"), max_length=100, blank=True, help_text=_("Tên dùng trong danh sách.")
    )
    kind = models.CharField(_("loại"), max_length=40, choices=Kind, help_text=_("Loại cơ quan."))
    level = models.CharField(_("cấp"), max_length=10, choices=Level, help_text=_("Cấp hành chính."))
    group = models.CharField(
        _("nhóm"),
        max_length=20,
        choices=Group,
        default=Group.NONE,
        help_text=_("Nhóm khi tính tỷ lệ báo cáo."),
    )
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name=_("cơ quan cấp trên"),
        help_text=_("Cơ quan nhắc nhở khi đơn vị báo cáo trễ hoặc không gửi."),
    )
    mandate = models.CharField(
        _("áp dụng ISO"),
        max_length=12,
        choices=Mandate,
        help_text=_("Phải hay khuyến khích (Điều 2 QĐ 19/2014)."),
    )
    ceiling_tier = models.CharField(
        _("mức chi"), max_length=2, choices=CeilingTier, help_text=_("Điểm của Điều 4 TT 116/2015/TT-BTC.")
    )
    reports_annually = models.BooleanField(
        _("báo cáo hằng năm"), default=True, help_text=_("Phải gửi báo cáo năm về Sở Khoa học và Công nghệ.")
    )
    covered_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        verbose_name=_("chung hệ thống với"),
        help_text=_("Cơ quan có HTQLCL dùng chung, ví dụ UBND tỉnh và Văn phòng (Điều 6 TT 26/2014)."),
    )
    contact_email = models.EmailField(
        _("thư nhận tin"),
        blank=True,
        help_text=_("Hộp thư công vụ nhận thư nhắc; để trống thì không ai được nhắc."),
    )
    sort_order = models.PositiveIntegerField(_("thứ tự"), default=0, help_text=_("Thứ tự trong danh sách."))
    heir = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("cơ quan kế thừa"),
        help_text=_("Cơ quan làm tiếp những việc còn mở từ khi cơ quan này kết thúc."),
    )
    # Of a province: keys of the provinces before it, whose past its departments go on reading.
    keeps = models.JSONField(default=list, editable=False)
    former_names = models.TextField(
        _("tên cũ"),
        blank=True,
        editable=False,
        help_text=_("Tên trước đây và tên các cơ quan đã nhập vào, để tìm."),
    )
    # Kept by actions: where it hangs in the tree, and what lists search in and sort by.
    province = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    path = models.CharField(max_length=200, editable=False, db_index=True, default="")
    name_sort = models.CharField(max_length=400, editable=False, db_index=True)
    name_search = models.TextField(editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("cơ quan")
        verbose_name_plural = _("cơ quan")
        # What the list and the tree of a province ask, answered as fast for 15,000 as for 200 (measured on
        # PostgreSQL): a page in protocol order; who bears the same name; how many of a group; how many of
        # each below whom.
        indexes = [
            models.Index(fields=["province", "sort_order", "name_sort", "id"], name="agency_in_order"),
            models.Index(fields=["province", "name_sort"], name="agency_by_name"),
            models.Index(fields=["province", "group", "valid_from", "valid_to"], name="agency_by_group"),
            models.Index(
                fields=["province", "superior", "group", "valid_from", "valid_to"], name="agency_by_place"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="agency_key",
                violation_error_message=_("Đã có cơ quan mang mã này từ ngày này."),
            ),
            models.CheckConstraint(
                name="agency_valid_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("Ngày kết thúc không được trước ngày bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return self.in_lists

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the forms to search in and to sort by in step with the name."""
        self.keep_words()
        super().save(*args, **kwargs)

    def keep_words(self) -> None:
        """Fold the name, with the short name, the code and the names before it."""
        self.name_sort = sort_key(self.own_name)
        self.name_search = fold(f"{self.name} {self.short_name} {self.code} {self.former_names}")

    def as_it_stood(self) -> Self:
        """Itself with the values that with_standing found, to be shown and never to be saved."""
        then = {name: getattr(self, f"{name}_then") for name in DATED_COLUMNS}
        superior_id = then.pop("superior_id")
        for name, value in then.items():
            setattr(self, name, value)
        name = getattr(self, "superior_name_then", None) or ""
        self.superior = Agency(pk=superior_id, name=name) if superior_id else None
        return self

    @property
    def in_lists(self) -> str:
        """The name lists show: "UBND xã Khánh An" for People's Committees, the full name for others."""
        return in_lists(self.name)

    @property
    def own_name(self) -> str:
        """What lists are sorted by: "Khánh An", without People's Committee and kind of unit."""
        return own_name(self.name)

    @property
    def realm(self) -> list[int]:
        """Keys of its province and of those before it: what the province's own departments see."""
        kept = self.province.keeps if self.province else []
        return [key for key in (self.province_id, *kept) if key is not None]

    @property
    def answering(self) -> "Agency":
        """Who does what it owes: itself while it lives, then its heir."""
        return self.heir or self

    @property
    def is_province(self) -> bool:
        """Whether this is the People's Committee of a province, the root of its tree."""
        return self.pk is not None and self.pk == self.province_id


class StandingQuerySet(models.QuerySet["Standing"]):
    """Sentences about how agencies stood."""

    def on(self, day: date) -> Self:
        """The one standing per agency in force on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def reporting(self) -> Self:
        """Of agencies that owe a yearly report."""
        return self.filter(reports_annually=True)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Keep the forms to search in and to sort by, as save() does."""
        standings: list[Any] = list(objs)
        for standing in standings:
            standing.keep_words()
        return super().bulk_create(standings, *args, **options)


class Standing(models.Model):
    """How an agency stood from one day to another; the last one has no end."""

    agency = models.ForeignKey(
        Agency,
        models.CASCADE,
        related_name="standings",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan có các thông tin này trong thời gian này."),
    )
    starts_on = models.DateField(_("từ ngày"), help_text=_("Ngày đầu tiên có hiệu lực."))
    ends_on = models.DateField(
        _("đến ngày"), null=True, blank=True, help_text=_("Ngày cuối cùng có hiệu lực.")
    )
    superior = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cơ quan cấp trên"),
        help_text=_("Cơ quan cấp trên trong thời gian này."),
    )
    name = models.CharField(_("tên"), max_length=200, help_text=_("Tên trong thời gian này."))
    kind = models.CharField(_("loại"), max_length=40, choices=Kind, help_text=_("Loại trong thời gian này."))
    group = models.CharField(
        _("nhóm"), max_length=20, choices=Group, help_text=_("Nhóm trong thời gian này.")
    )
    mandate = models.CharField(
        _("áp dụng ISO"), max_length=12, choices=Mandate, help_text=_("Phải hay khuyến khích.")
    )
    ceiling_tier = models.CharField(
        _("mức chi"), max_length=2, choices=CeilingTier, help_text=_("Mức chi khi đó.")
    )
    reports_annually = models.BooleanField(
        _("báo cáo hằng năm"), help_text=_("Có phải báo cáo hằng năm không.")
    )

    # As in Agency: the registry of a day is searched and sorted by the names of that day.
    name_sort = models.CharField(max_length=400, editable=False, default="", db_index=True)
    name_search = models.CharField(max_length=400, editable=False, default="")

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["agency", "starts_on"]
        verbose_name = _("thời kỳ của cơ quan")
        verbose_name_plural = _("các thời kỳ của cơ quan")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "starts_on"],
                name="standing_once_a_day",
                violation_error_message=_("Cơ quan đã có thay đổi có hiệu lực từ ngày này."),
            ),
            models.CheckConstraint(
                name="standing_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày kết thúc không được trước ngày bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.starts_on})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the forms to search in and to sort by in step with the name."""
        self.keep_words()
        super().save(*args, **kwargs)

    def keep_words(self) -> None:
        """Fold the name of this time, with the short name and the code, which are not dated."""
        self.name_sort = sort_key(own_name(self.name))
        self.name_search = fold(f"{self.name} {self.agency.short_name} {self.agency.code}")


class Heritage(models.Model):
    """One agency whose past another one took over, directly or through those between them.

    Written when a succession is carried out and never changed: an officer reads what lies below her own
    agency, and what those before it left (see `within`).
    """

    agency = models.ForeignKey(
        Agency,
        models.CASCADE,
        related_name="heirs",
        verbose_name=_("cơ quan trước"),
        help_text=_("Cơ quan đã kết thúc hoặc đã tách."),
    )
    heir = models.ForeignKey(
        Agency,
        models.CASCADE,
        related_name="heritage",
        verbose_name=_("cơ quan sau"),
        help_text=_("Cơ quan đọc được những gì cơ quan trước để lại."),
    )

    class Meta:
        verbose_name = _("kế thừa")
        verbose_name_plural = _("kế thừa")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "heir"],
                name="heritage_once",
                violation_error_message=_("Quan hệ kế thừa này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} → {self.heir}"


def within(own: Agency, at: str = "") -> Q:
    """What an officer of `own` may read: her agency, those below it, and those whose past they took over.

    `at` leads from the row to its agency: "agency__", "entry__agency__", "" for agencies themselves.
    """
    taken = Heritage.objects.filter(heir__path__startswith=own.path).values("agency_id")
    return Q(**{f"{at}path__startswith": own.path}) | Q(**{f"{at}pk__in": taken})
