"""SavedView: a search somebody comes back to, under a name; shared ones serve the whole department."""

from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from agencies.models.person import User

if TYPE_CHECKING:
    from django.http import QueryDict


class ListPage(models.TextChoices):
    """The lists whose searches are kept."""

    AGENCIES = "agencies", _("Danh sách cơ quan")
    BOARD = "board", _("Bảng theo dõi kỳ báo cáo")
    NOTICES = "notices", _("Sổ thông báo")
    JOURNAL = "journal", _("Nhật ký")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Sentences about saved views."""

    def visible_to(self, user: User) -> Self:
        """A person's own, and for the department also what its people share."""
        return self.used_by(user.pk, shares_with(user))

    def editable_by(self, user: User) -> Self:
        """The same: what is shared outlives the colleague who made it, and is kept by those who use it."""
        return self.visible_to(user)

    def used_by(self, owner: int, province: int | None) -> Self:
        """The same of keys: own ones, and those that are shared in a province."""
        own = Q(owner=owner)
        return self.filter(own if province is None else own | Q(is_shared=True, province_id=province))

    def owned_by(self, user: User) -> Self:
        """A person's own."""
        return self.filter(owner=user)

    def of_page(self, page: str) -> Self:
        """Those of one list."""
        return self.filter(page=page)


def shares_with(user: User) -> int | None:
    """Key of the province whose shared views a person uses: the department's people do."""
    return user.agency.province_id if user.agency and user.is_reviewer else None


class SavedView(models.Model):
    """The filters and the order of one list, under a name."""

    owner = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="saved_views",
        verbose_name=_("người lưu"),
        help_text=_("Người lưu chế độ xem này."),
    )
    province = models.ForeignKey(
        Agency,
        models.CASCADE,
        related_name="+",
        verbose_name=_("tỉnh"),
        help_text=_("Chế độ xem chung chỉ dùng trong tỉnh này."),
    )
    page = models.CharField(
        _("danh sách"), max_length=10, choices=ListPage, help_text=_("Danh sách được lọc.")
    )
    name = models.CharField(_("tên"), max_length=60, help_text=_("Tên ngắn, ví dụ: Xã chưa có thư nhận tin."))
    query = models.CharField(
        _("bộ lọc"), max_length=1000, help_text=_("Các điều kiện lọc, như trong địa chỉ của trang.")
    )
    is_shared = models.BooleanField(
        _("dùng chung"),
        default=False,
        help_text=_("Mọi người ở Sở Khoa học và Công nghệ của tỉnh đều thấy và sửa được."),
    )
    is_default = models.BooleanField(
        _("mở đầu tiên"),
        default=False,
        help_text=_("Danh sách mở ra với bộ lọc này khi chưa chọn gì; chỉ với người lưu."),
    )
    position = models.PositiveIntegerField(_("thứ tự"), default=0, help_text=_("Thứ tự trong hàng nút."))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["page", "position", "name", "pk"]
        verbose_name = _("chế độ xem")
        verbose_name_plural = _("chế độ xem")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                name="view_named_once",
                violation_error_message=_("Đã có chế độ xem mang tên này cho danh sách này."),
            ),
            models.UniqueConstraint(
                fields=["owner", "page"],
                condition=Q(is_default=True),
                name="view_one_default",
                violation_error_message=_("Mỗi danh sách chỉ có một chế độ xem mở đầu tiên."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def shows(self, asked: "QueryDict") -> bool:
        """Whether an address asks for exactly this."""
        from_address = {(name, value) for name, values in asked.lists() for value in values if value}
        return {(n, v) for n, v in from_address if n not in PASSING} == set(self.pairs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its filters as (name, value)."""
        return parse_qsl(self.query)


# What an address carries besides its filters.
PASSING = ("page", "older", "newer", "open", "all")
