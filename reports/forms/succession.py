"""The succession wizard: what happens, then what becomes of every open duty; and deciding on one later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.succession import After, Before, Wish
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import AgencyChoiceField
from agencies.models import Agency, Document, Succession, SuccessionDuty
from agencies.models.agency import AgencyQuerySet
from agencies.models.document import DocumentQuerySet
from agencies.open_duties import OpenDuty
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from reports.actions.succession import Decision

Kind = Succession.Kind
Choice = SuccessionDuty.Choice
# A new agency stands as the first predecessor did, until somebody records otherwise.
COPIED = ("kind", "level", "group", "mandate", "ceiling_tier", "reports_annually", "sort_order")


class AgenciesField(forms.ModelMultipleChoiceField):
    """Several agencies, each named with its code because names repeat."""

    def label_from_instance(self, obj: Agency) -> str:
        return f"{obj} ({obj.code})"


class SuccessionForm(HouseFormMixin, forms.Form):
    """First page of the wizard; `decide_on` turns it into the second, with the open duties."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Hình thức"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.UNKNOWN],
        help_text=gettext_lazy(
            "Đổi tên và đổi cấp trên giữ nguyên cơ quan; các hình thức khác làm cơ quan kết thúc."
        ),
    )
    predecessors = AgenciesField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan trước"),
        help_text=gettext_lazy(
            "Những cơ quan kết thúc, bị chia tách, đổi tên hoặc đổi cấp trên. Giữ Ctrl để chọn nhiều."
        ),
    )
    successors = AgenciesField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cơ quan kế thừa đã có trong danh bạ"),
        help_text=gettext_lazy("Để trống khi lập cơ quan mới ở dưới, hoặc khi không có cơ quan kế thừa."),
    )
    new_code = forms.CharField(
        max_length=20,
        required=False,
        label=gettext_lazy("Mã cơ quan mới"),
        help_text=gettext_lazy(
            "Chỉ ghi khi lập cơ quan mới; mã cũ của cơ quan kết thúc hôm trước dùng lại được."
        ),
    )
    new_name = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Tên mới"),
        help_text=gettext_lazy("Tên đầy đủ của cơ quan mới, hoặc tên mới khi đổi tên."),
    )
    new_superior = AgencyChoiceField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cấp trên từ ngày hiệu lực"),
        help_text=gettext_lazy("Của cơ quan mới, hoặc khi đổi cấp trên. Để trống: như cơ quan trước."),
    )
    effective_on = VietnameseDateField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy(
            "Ngày đầu tiên theo tổ chức mới. Ngày trong tương lai: hệ thống tự thực hiện hôm đó."
        ),
    )
    document = forms.ModelChoiceField(
        Document.objects.none(),
        label=gettext_lazy("Văn bản"),
        help_text=gettext_lazy("Nghị quyết, quyết định về việc này. Chưa có thì ghi vào sổ văn bản trước."),
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Ghi chú"),
        help_text=gettext_lazy("Điều cần biết thêm; giữ trong nhật ký."),
    )
    passes_posts = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Chuyển người phụ trách sang cơ quan kế thừa"),
        help_text=gettext_lazy("Bỏ chọn thì nhiệm vụ của mọi người kết thúc cùng cơ quan."),
    )
    submit_label = gettext_lazy("Xem trước")

    def __init__(
        self, *args: Any, agencies: AgencyQuerySet, documents: DocumentQuerySet, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name in ("predecessors", "successors", "new_superior"):
            self.fields[name].queryset = agencies  # type: ignore[attr-defined]
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        self.duties: Sequence[OpenDuty] = ()

    def decide_on(self, duties: Sequence[OpenDuty], heirs: Sequence[tuple[str, str]], *, ahead: bool) -> None:
        """Hide the first page's fields and ask about each open duty; `ahead`: the day is still to come."""
        for field in self.fields.values():
            field.widget = field.hidden_widget()
        self.fields["step"] = forms.CharField(initial="confirm", widget=forms.HiddenInput)
        self.duties = duties
        for duty in duties:
            self.fields |= duty_fields(duty, heirs, ahead=ahead)
        self.submit_label = gettext_lazy("Xác nhận")

    def clean_new_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["new_name"])

    def wish(self) -> Wish:
        """What was asked for. Raises ValidationError for a new agency without code or name."""
        values = self.cleaned_data
        kind, before = values["kind"], list(values["predecessors"])
        of_one = kind in Succession.OF_ONE
        if of_one and len(before) > 1:
            raise ValidationError({"predecessors": _("Mỗi lần chỉ đổi một cơ quan.")}, code="several")
        founding = () if of_one else self._founding(before[0])
        after = [After(one.code, one.name) for one in values["successors"]]
        after += [After(str(new["code"]), str(new["name"])) for new in founding]
        return Wish(
            kind=kind,
            effective_on=values["effective_on"],
            before=[Before.of(one) for one in before],
            after=[] if of_one or kind == Kind.DISSOLVED else after,
            founding=founding,
            changes=self._changes(before[0]) if of_one else {},
            document=values["document"],
            reason=clean(values["reason"]),
            passes_posts=values["passes_posts"],
        )

    def _founding(self, first: Agency) -> list[dict[str, Any]]:
        code, name = self.cleaned_data["new_code"].strip(), self.cleaned_data["new_name"]
        if not code and not name:
            return []
        if not (code and name):
            missing = "new_name" if code else "new_code"
            raise ValidationError({missing: _("Cơ quan mới phải có cả mã và tên.")}, code="half")
        superior = self.cleaned_data["new_superior"] or first.superior
        copied = {field: getattr(first, field) for field in COPIED}
        return [{"code": code, "name": name, "superior": superior.code if superior else "", **copied}]

    def _changes(self, agency: Agency) -> dict[str, str]:
        name, superior = self.cleaned_data["new_name"], self.cleaned_data["new_superior"]
        changes = {"name": name} if name and name != agency.name else {}
        return changes | ({"superior": superior.code} if superior and superior != agency.superior else {})

    def decisions(self, heirs: Mapping[str, Agency]) -> dict[str, Decision]:
        """What was chosen for each open duty; heirs that are not founded yet are left to the succession."""
        return {duty.name: _decision(self.cleaned_data, duty.name, heirs) for duty in self.duties}


class DecideForm(HouseFormMixin, forms.Form):
    """Where one open duty goes that waited for a person."""

    submit_label = gettext_lazy("Quyết định")

    def __init__(self, *args: Any, duty: OpenDuty, heirs: Sequence[Agency], **options: Any) -> None:
        super().__init__(*args, **options)
        self.duty, self.heirs = duty, {one.code: one for one in heirs}
        named = [(one.code, f"{one} ({one.code})") for one in heirs]
        self.fields |= duty_fields(duty, named, ahead=False)

    def decision(self) -> Decision:
        """What was chosen."""
        return _decision(self.cleaned_data, self.duty.name, self.heirs)


def duty_fields(duty: OpenDuty, heirs: Iterable[tuple[str, str]], *, ahead: bool) -> dict[str, forms.Field]:
    """The fields for one open duty: where it goes, to whom where there are several, why it is dropped."""
    heirs = list(heirs)
    choices = [(Choice.PASSED, Choice.PASSED.label)] if heirs else []
    choices += [(Choice.BEFORE, Choice.BEFORE.label)] if ahead else []
    choices += [] if duty.undroppable else [(Choice.CANCELLED, Choice.CANCELLED.label)]
    undecided = (Choice.UNDECIDED, Choice.UNDECIDED.label)
    choices = [undecided, *choices] if len(heirs) != 1 else [*choices, undecided]
    stays = _("Không bỏ được: %(why)s.") % {"why": duty.undroppable} if duty.undroppable else ""
    fields: dict[str, forms.Field] = {
        f"choice-{duty.name}": forms.ChoiceField(
            label=f"{duty.label} – {duty.state}",
            choices=choices,
            help_text=stays or _("Việc này sẽ đi đâu."),
        )
    }
    if len(heirs) > 1:
        fields[f"heir-{duty.name}"] = forms.ChoiceField(
            label=_("Chuyển cho"),
            choices=[("", _("Chọn cơ quan")), *heirs],
            required=False,
            help_text=_("Khi chuyển: cơ quan làm tiếp."),
        )
    if not duty.undroppable:
        fields[f"reason-{duty.name}"] = forms.CharField(
            label=_("Lý do thôi không làm"),
            max_length=500,
            required=False,
            help_text=_("Chỉ ghi khi thôi không làm."),
        )
    return fields


def _decision(values: Mapping[str, Any], name: str, heirs: Mapping[str, Agency]) -> Decision:
    heir = heirs.get(values.get(f"heir-{name}", ""))
    return Decision(values[f"choice-{name}"], heir, clean(values.get(f"reason-{name}", "")))


class CancelForm(HouseFormMixin, forms.Form):
    """Taking back what was planned."""

    reason = forms.CharField(
        max_length=500,
        label=gettext_lazy("Lý do hủy"),
        help_text=gettext_lazy("Vì sao không thực hiện nữa; giữ trong nhật ký."),
    )
    submit_label = gettext_lazy("Hủy việc này")


def is_ahead(day: date, today: date) -> bool:
    """Whether the predecessors still have time to do things themselves."""
    return day > today
