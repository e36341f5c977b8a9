"""People: an account with a role, and the dated post that ties it to an agency.

Officers rotate. What a person may see and write follows from the post held today, never from the account.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from isotrack.kit import clock
from isotrack.kit.text import fold


class Role(models.TextChoices):
    """What an account may do; see handbook "People"."""

    STAFF = "staff", _("Sở Khoa học và Công nghệ")
    FINANCE = "finance", _("Sở Tài chính")
    LEADER = "leader", _("Lãnh đạo UBND tỉnh")
    OFFICER = "officer", _("Người phụ trách ISO")
    ADMINISTRATOR = "administrator", _("Quản trị")


class UserQuerySet(models.QuerySet["User"]):
    """Sentences about people."""

    def visible_to(self, user: "User") -> Self:
        """Accounts an administrator or the department may see: those with a post in their province."""
        if user.agency is None or not user.reads_accounts:
            return self.none()
        return self.filter(posts__agency__province_id__in=user.agency.realm).distinct()

    def editable_by(self, user: "User") -> Self:
        """Accounts this person may open, change and give posts: an administrator's province."""
        return self.visible_to(user) if user.keeps_accounts else self.none()

    def matching(self, words: str) -> Self:
        """Those whose name, user name or e-mail contain every word typed, whatever its marks and case.

        Names are folded here and not in the database: a province has some hundred accounts.
        """
        typed = fold(words).split()
        rows = self.order_by().values_list("pk", "full_name", "username", "email")
        found = [pk for pk, *texts in rows if all(word in fold(" ".join(texts)) for word in typed)]
        return self.filter(pk__in=found) if typed else self

    def with_post_on(self, day: date) -> Self:
        """Load into `held` the posts held on `day`, the responsible one first."""
        posts = Post.objects.on(day).select_related("agency", "acting_for__user")
        posts = posts.order_by("-is_responsible", "-starts_on")
        return self.prefetch_related(models.Prefetch("posts", posts, to_attr="held"))

    def without_post_on(self, day: date) -> Self:
        """Those who hold no post on `day`: they see nothing until they get one."""
        held = Post.objects.on(day).filter(user_id=models.OuterRef("pk"))
        return self.exclude(models.Exists(held))

    def in_use(self) -> Self:
        """Accounts that are not locked."""
        return self.filter(is_active=True)

    def with_mailbox(self, *mailboxes: str) -> Self:
        """Those whose e-mail is one of these, whatever the case of its letters."""
        folded = [mailbox.lower() for mailbox in mailboxes]
        return self.alias(mailbox=Lower("email")).filter(mailbox__in=folded)

    def with_post_in(self, agency: Agency) -> Self:
        """Those who hold or held a post there."""
        return self.filter(models.Exists(Post.objects.filter(agency=agency, user_id=models.OuterRef("pk"))))

    def acting_on(self, day: date) -> Self:
        """Those who stand in somebody's place on `day`."""
        acting = Post.objects.on(day).delegated().filter(user_id=models.OuterRef("pk"))
        return self.filter(models.Exists(acting))

    def locked(self) -> Self:
        """Accounts that cannot sign in."""
        return self.filter(is_active=False)

    def reviewing_with(self, user: "User", day: date) -> Self:
        """Those of the same province's department who decide on reports on `day`, by name."""
        if user.agency is None or not user.is_reviewer:
            return self.none()
        posts = Post.objects.on(day).filter(agency__province_id__in=user.agency.realm)
        return self.in_use().filter(role=Role.STAFF, pk__in=posts.values("user_id")).order_by("full_name")

    def holding_post_in(self, province: Agency, day: date) -> Self:
        """Those who hold a post in `province` on `day`."""
        held = Post.objects.on(day).filter(agency__province=province, user_id=models.OuterRef("pk"))
        return self.filter(models.Exists(held))

    def holding_post_on(self, day: date) -> Self:
        """Those who hold a post somewhere on `day`."""
        held = Post.objects.on(day).filter(user_id=models.OuterRef("pk"))
        return self.filter(models.Exists(held))


class UserManager(BaseUserManager["User"]):
    """Makes accounts; without a password the person sets one by mail."""

    def get_queryset(self) -> UserQuerySet:
        """Every account."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User") -> UserQuerySet:
        """See UserQuerySet."""
        return self.get_queryset().visible_to(user)

    def editable_by(self, user: "User") -> UserQuerySet:
        """See UserQuerySet."""
        return self.get_queryset().editable_by(user)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Save and return a new account."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account."""

    username = models.CharField(
        _("tên đăng nhập"), max_length=60, unique=True, help_text=_("Thường là mã cơ quan hoặc thư công vụ.")
    )
    full_name = models.CharField(_("họ và tên"), max_length=200, help_text=_("Họ, tên đệm và tên."))
    email = models.EmailField(
        _("thư điện tử"), blank=True, help_text=_("Nhận thư đặt lại mật khẩu và bản tin.")
    )
    role = models.CharField(
        _("vai trò"), max_length=14, choices=Role, help_text=_("Quyết định được làm những gì.")
    )
    is_active = models.BooleanField(_("đang dùng"), default=True, help_text=_("Bỏ chọn để khóa tài khoản."))
    language = models.CharField(
        _("ngôn ngữ"),
        max_length=5,
        default="vi",
        help_text=_("Ngôn ngữ của thư nhắc gửi cho người này: vi hoặc en."),
    )
    wants_digest = models.BooleanField(
        _("nhận bản tin"), default=True, help_text=_("Bỏ chọn để không nhận bản tin cho Sở nữa.")
    )
    calendar_token = models.CharField(
        _("mã lịch"),
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("Ai có địa chỉ chứa mã này đọc được lịch của người này; đổi mã là thu hồi."),
    )
    date_joined = models.DateTimeField(_("lập lúc"), default=clock.now, help_text=_("Lúc lập tài khoản."))
    reopened_at = models.DateTimeField(
        _("mở khóa lúc"),
        null=True,
        blank=True,
        help_text=_("Lúc quản trị mở lại tài khoản; vắng mặt được tính lại từ đây."),
    )
    acting_until = models.DateField(
        _("thay mặt đến ngày"),
        null=True,
        blank=True,
        help_text=_("Ngày cuối cùng được ủy quyền thay mặt người khác; không thì để trống."),
    )
    session_round = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Tăng lên là mọi phiên đang mở của người này kết thúc.")
    )

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name", "email", "role"]

    objects = UserManager()

    class Meta:
        ordering = ["username"]
        verbose_name = _("tài khoản")
        verbose_name_plural = _("tài khoản")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name the journal and the letters use."""
        return str(self)

    @cached_property
    def post(self) -> "Post | None":
        """The responsible post held today, else the newest one; None for who holds none."""
        held = self.posts.on(clock.today()).select_related("agency__province", "acting_for__user")
        return held.order_by("-is_responsible", "-starts_on").first()

    @cached_property
    def acts_for(self) -> "User | None":
        """In whose place this person stands today; asks nothing for somebody without a delegation."""
        if self.acting_until is None or self.acting_until < clock.today():
            return None
        return self.post.acting_for.user if self.post and self.post.acting_for else None

    @property
    def signature(self) -> str:
        """The name the journal keeps: with whom this person acts for, while that lasts."""
        if self.acts_for is None:
            return self.get_full_name()
        names = {"name": self.get_full_name(), "other": self.acts_for}
        return gettext("%(name)s (thay mặt %(other)s)") % names

    def get_session_auth_hash(self) -> str:
        """What a session must bear: a new password ends all others, and so does a new `session_round`."""
        return self._in_this_round(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under keys of the installation that are being retired."""
        return map(self._in_this_round, super().get_session_auth_fallback_hash())

    def _in_this_round(self, bears: str) -> str:
        return f"{bears}-{self.session_round}" if self.session_round else bears

    @property
    def session_limits(self) -> tuple[timedelta, timedelta]:
        """How long this person stays signed in without asking for a page, and in all."""
        idle, whole = settings.SESSION_HOURS["province" if self.sees_province else "agency"]
        return timedelta(hours=idle), timedelta(hours=whole)

    @property
    def agency_key(self) -> "int | models.Subquery | None":
        """The key of that agency to compare a column with; asks the database nothing of its own."""
        if "post" in self.__dict__:
            return self.post.agency_id if self.post else None
        held = self.posts.on(clock.today()).order_by("-is_responsible", "-starts_on")
        return models.Subquery(held.values("agency_id")[:1])

    @property
    def agency(self) -> Agency | None:
        """The agency this person stands for today."""
        return self.post.agency if self.post else None

    @property
    def sees_province(self) -> bool:
        """Whether the role opens the whole province."""
        return self.role in (Role.STAFF, Role.FINANCE, Role.LEADER, Role.ADMINISTRATOR)

    @property
    def keeps_accounts(self) -> bool:
        """Whether the person opens accounts and gives posts."""
        return self.role == Role.ADMINISTRATOR

    @property
    def reads_accounts(self) -> bool:
        """Whether the person may look at accounts and at the journal."""
        return self.role in (Role.STAFF, Role.ADMINISTRATOR)

    @property
    def is_reviewer(self) -> bool:
        """Whether the person works for the department that keeps the registry and reviews reports."""
        return self.role == Role.STAFF


class PostQuerySet(models.QuerySet["Post"]):
    """Sentences about posts."""

    def on(self, day: date) -> Self:
        """Those held on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def responsible(self) -> Self:
        """Those whose holder answers for the agency's report, the newest first."""
        return self.filter(is_responsible=True).order_by("-starts_on")

    def heads(self) -> Self:
        """Those of the head of an agency."""
        return self.filter(is_head=True)

    def own(self) -> Self:
        """Those held in one's own name, not for somebody who is away."""
        return self.filter(acting_for__isnull=True)

    def delegated(self) -> Self:
        """Those held in the place of somebody else, for a time."""
        return self.filter(acting_for__isnull=False)

    def overlapping(self, starts_on: date, ends_on: date | None) -> Self:
        """Those held on any day from `starts_on` to `ends_on` (None: for good)."""
        found = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        return found if ends_on is None else found.filter(starts_on__lte=ends_on)

    def unsettled(self, day: date) -> Self:
        """Those that had ended by `day` and whose end nobody has carried out yet."""
        return self.before(day).filter(settled_at__isnull=True)

    def before(self, day: date) -> Self:
        """Those that had ended by `day`."""
        return self.filter(ends_on__lt=day)

    def after(self, day: date) -> Self:
        """Those that begin only after `day`."""
        return self.filter(starts_on__gt=day)

    def after_day(self, day: date) -> Self:
        """Those that last beyond `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def without_end(self) -> Self:
        """Those that last until somebody ends them."""
        return self.filter(ends_on__isnull=True)


class Post(models.Model):
    """Who stood for an agency, from when to when.

    Several may at once; on any day at most one of them is responsible (kept by the database, see migration
    0004). A delegation is a post held in the place of another one: dated, and never the responsible one.
    """

    user = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="posts",
        verbose_name=_("người giữ"),
        help_text=_("Người giữ nhiệm vụ."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="posts",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan giao nhiệm vụ."),
    )
    title = models.CharField(_("chức vụ"), max_length=100, blank=True, help_text=_("Ví dụ thư ký ISO."))
    is_responsible = models.BooleanField(
        _("phụ trách chính"), default=True, help_text=_("Người chịu trách nhiệm báo cáo của cơ quan.")
    )
    is_head = models.BooleanField(
        _("người đứng đầu"),
        default=False,
        help_text=_(
            "Người đứng đầu cơ quan hoặc cấp phó được giao: xác nhận báo cáo, nhận thư báo cho lãnh đạo."
        ),
    )
    starts_on = models.DateField(_("từ ngày"), help_text=_("Ngày nhận nhiệm vụ."))
    ends_on = models.DateField(
        _("đến ngày"), null=True, blank=True, help_text=_("Ngày cuối cùng giữ nhiệm vụ.")
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("nhận bàn giao từ"),
        help_text=_("Nhiệm vụ của người bàn giao."),
    )
    acting_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name=_("thay mặt"),
        help_text=_("Nhiệm vụ được ủy quyền trong thời gian này."),
    )
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Lúc phiên, lịch và việc riêng của người thôi giữ đã được xử lý."),
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = _("nhiệm vụ")
        verbose_name_plural = _("nhiệm vụ")
        constraints = [
            models.CheckConstraint(
                name="post_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày kết thúc không được trước ngày bắt đầu."),
            ),
            models.UniqueConstraint(
                fields=["user", "agency", "starts_on"],
                name="post_once",
                violation_error_message=_("Người này đã nhận nhiệm vụ ở cơ quan này từ ngày này."),
                condition=Q(acting_for__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["user", "acting_for", "starts_on"],
                name="delegation_once",
                violation_error_message=_("Người này đã được ủy quyền nhiệm vụ này từ ngày này."),
            ),
            models.CheckConstraint(
                name="delegation_ends",
                condition=Q(acting_for__isnull=True) | Q(ends_on__isnull=False, is_responsible=False),
                violation_error_message=_("Ủy quyền phải có ngày kết thúc."),
            ),
            models.CheckConstraint(
                name="post_head_writes_not",
                condition=~Q(is_head=True, is_responsible=True),
                violation_error_message=_("Người đứng đầu xác nhận báo cáo, không phụ trách lập báo cáo."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.agency}"
