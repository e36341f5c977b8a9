"""Letting a colleague act in one's place."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.models import Post, User
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField


class DelegationForm(HouseFormMixin, forms.Form):
    """Which post, to whom, from when to when; `user` is who will be away."""

    post = forms.ModelChoiceField(
        Post.objects.none(),
        label=gettext_lazy("Nhiệm vụ"),
        empty_label=None,
        help_text=gettext_lazy("Nhiệm vụ được làm thay."),
    )
    to = forms.ModelChoiceField(
        User.objects.get_queryset().none(),
        label=gettext_lazy("Người thay mặt"),
        empty_label=gettext_lazy("Chọn đồng nghiệp cùng cơ quan"),
        help_text=gettext_lazy(
            "Người cùng cơ quan, cùng vai trò. Người chưa có tài khoản thì nhờ Sở mời trước."
        ),
    )
    starts_on = VietnameseDateField(
        label=gettext_lazy("Từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày đầu tiên người này thay mặt."),
    )
    ends_on = VietnameseDateField(
        label=gettext_lazy("Đến hết ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày cuối cùng; sau ngày này ủy quyền tự kết thúc."),
    )
    submit_label = gettext_lazy("Ủy quyền")

    def __init__(self, *args: Any, user: User, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        posts = user.posts.own().after_day(today - timedelta(days=1)).select_related("agency", "user")
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        near = (
            Post.objects.own().after_day(today - timedelta(days=1)).filter(agency__in=posts.values("agency"))
        )
        colleagues = (
            User.objects.get_queryset().in_use().filter(role=user.role, pk__in=near.values("user_id"))
        )
        self.fields["to"].queryset = colleagues.exclude(pk=user.pk).order_by(  # type: ignore[attr-defined]
            "full_name", "pk"
        )
