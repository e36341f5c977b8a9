"""Forms of plans: the plan itself, its agencies, their steps, and the decisions on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.models import Agency, Document, User
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.text import clean
from plans.models import Consultant, EntryStep, PlanEntry, RolloutPlan
from plans.models.plan import EVERY_YEAR

LONGEST = 5000  # letters of a reason


class PlanForm(HouseFormMixin, forms.ModelForm):
    """A plan or a supplement; `user` says whose plans and documents may be chosen."""

    starts_on = VietnameseDateField(
        label=gettext_lazy("Từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày bắt đầu thực hiện."),
    )
    ends_on = VietnameseDateField(
        label=gettext_lazy("Đến ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày phải xong. Mười hai bước được chia đều trong thời gian này."),
    )
    submit_label = gettext_lazy("Lưu kế hoạch")
    constraint_fields = {"plan_code_once": "code", "plan_in_order": "ends_on"}

    class Meta:
        model = RolloutPlan
        fields = ["code", "title", "extends", "standard", "starts_on", "ends_on", "consent"]
        widgets = {"title": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        approved = RolloutPlan.objects.visible_to(user).approved()
        _choose(self, "extends", approved.exclude(pk=self.instance.pk), _("Không, đây là kế hoạch gốc"))
        _choose(self, "consent", Document.objects.visible_to(user), _("Chưa có văn bản"))

    def clean(self) -> dict[str, Any]:
        """Texts in one written form."""
        cleaned: dict[str, Any] = super().clean() or {}
        return cleaned | {name: clean(cleaned[name]) for name in ("code", "title") if name in cleaned}


@dataclass(frozen=True)
class Choice:
    """One agency that may be ticked."""

    agency: Agency
    checked: bool


@dataclass(frozen=True)
class Group:
    """The agencies directly below one superior."""

    name: str
    choices: Sequence[Choice]

    @property
    def is_open(self) -> bool:
        """Whether something in it is ticked."""
        return any(choice.checked for choice in self.choices)


class EntryAddForm(HouseFormMixin, forms.ModelForm):
    """Agencies to add to a plan at once, alike in mode and number of processes."""

    agencies = forms.ModelMultipleChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan"),
        help_text=gettext_lazy("Chọn một hay nhiều cơ quan chưa có trong kế hoạch."),
        error_messages={
            "required": gettext_lazy("Chọn ít nhất một cơ quan."),
            "invalid_choice": gettext_lazy("Cơ quan này không có trong danh bạ của tỉnh."),
        },
    )

    class Meta:
        model = PlanEntry
        fields = ["mode", "processes", "note"]

    def __init__(self, *args: Any, plan: RolloutPlan, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan
        # Every agency of the province can be sent; the action says why one cannot be added.
        _choose(self, "agencies", Agency.objects.visible_to(user).select_related("covered_by", "superior"))

    def groups(self) -> list[Group]:
        """The agencies that can be added, by superior."""
        fits = self.fields["agencies"].queryset.valid_on(self.plan.ends_on)  # type: ignore[attr-defined]
        there = self.plan.entries.values("agency_id")
        fits = fits.exclude(pk__in=there).exclude(covered_by__isnull=False).in_protocol_order()
        ticked = {str(pk) for pk in self["agencies"].value() or ()}
        groups: dict[str, list[Choice]] = {}
        for agency in fits:
            chosen = Choice(agency, str(agency.pk) in ticked)
            groups.setdefault(str(agency.superior or agency), []).append(chosen)
        return [Group(name, choices) for name, choices in groups.items()]


class EntryForm(HouseFormMixin, forms.ModelForm):
    """How one agency stands in a draft."""

    class Meta:
        model = PlanEntry
        fields = ["mode", "processes", "note"]


class StepForm(forms.ModelForm):
    """One step; which of its fields can be written depends on the state of the plan."""

    use_required_attribute = False

    planned_on = VietnameseDateField(
        label=gettext_lazy("Dự kiến xong"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Trong thời gian của kế hoạch."),
        error_messages={"required": gettext_lazy("Ghi ngày dự kiến xong.")},
    )
    done_on = VietnameseDateField(
        label=gettext_lazy("Xong ngày"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=gettext_lazy("Ngày thực tế hoàn thành; để trống khi chưa xong."),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Minh chứng"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Số, ký hiệu văn bản; chưa có trong sổ thì được ghi vào sổ."),
    )

    class Meta:
        model = EntryStep
        fields = ["planned_on", "done_on", "is_hired", "consultant", "responsible", "evidence", "note"]

    def __init__(
        self, *args: Any, allowed: frozenset[str], consultants: Sequence[Consultant], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name in set(self.fields) - allowed:
            del self.fields[name]
        if not self.instance.may_hire:
            self.fields.pop("is_hired", None)
            self.fields.pop("consultant", None)
        if self.instance.step.code == EVERY_YEAR:
            self.fields.pop("done_on", None)
        if "consultant" in self.fields:
            chosen = [("", _("Chưa chọn")), *((one.pk, str(one)) for one in consultants)]
            self.fields["consultant"].choices = chosen  # type: ignore[attr-defined]
        if "evidence" in self.fields:
            self.initial["evidence"] = self.instance.evidence.number if self.instance.evidence else ""
            self.fields["evidence"].widget.attrs["list"] = "evidence-numbers"
        for field in self.fields.values():
            # What the page showed travels with it: a field this person left alone keeps another hand's value.
            field.show_hidden_initial = True
            _dress(field)

    def clean_evidence(self) -> str:
        """In one written form; the view finds the document, or enters it."""
        return clean(self.cleaned_data["evidence"])

    def _post_clean(self) -> None:
        """The action judges the steps of the agency together; a form alone would only repeat part of it."""

    @property
    def shown(self) -> Iterator[forms.BoundField]:
        """The fields that can be written, in order."""
        return iter(self)


class ReturnForm(HouseFormMixin, forms.Form):
    """What the department has to mend, for the plan as a whole."""

    submit_label = gettext_lazy("Trả lại kèm góp ý")

    reason = forms.CharField(
        label=gettext_lazy("Góp ý chung"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Không bắt buộc khi đã góp ý ở từng dòng kinh phí."),
    )


class ApproveForm(HouseFormMixin, forms.Form):
    """The decision of the People's Committee."""

    submit_label = gettext_lazy("Ghi phê duyệt")

    number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu quyết định"),
        max_length=60,
        help_text=gettext_lazy("Ví dụ 2944/QĐ-UBND."),
        error_messages={"required": gettext_lazy("Ghi số, ký hiệu của quyết định phê duyệt.")},
    )
    issued_on = VietnameseDateField(
        label=gettext_lazy("Ngày quyết định"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ký ghi trên quyết định."),
        error_messages={"required": gettext_lazy("Ghi ngày của quyết định phê duyệt.")},
    )
    file = UploadField(
        kinds=(FileKind.PDF,),
        required=False,
        label=gettext_lazy("Bản quyết định"),
        help_text=gettext_lazy("Bản PDF đã ký, tối đa 20 MB; có thể bổ sung sau."),
    )

    def clean_number(self) -> str:
        """In one written form, so that the same decision is recognised."""
        return clean(self.cleaned_data["number"])


class CloseForm(HouseFormMixin, forms.Form):
    """Why a plan is closed; asked only while steps are open."""

    submit_label = gettext_lazy("Kết thúc kế hoạch")

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Bắt buộc khi còn bước chưa xong."),
    )


class ConfirmForm(HouseFormMixin, forms.Form):
    """Nothing to fill in: the button is the answer."""


def known_numbers(user: User) -> list[str]:
    """Numbers of the province's documents, offered while the number of a proof is typed."""
    province = user.agency and user.agency.province
    documents = Document.objects.visible_to(user).filter(province=province)
    return list(documents.order_by("-issued_on").values_list("number", flat=True)[:200])


def shared_consultants() -> list[Consultant]:
    """Everybody who may be hired, read once for the twelve forms of an agency."""
    return list(Consultant.objects.order_by("name"))


def add_refusal(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Show a refusal of an action at its fields where the form has them, else on top."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, sentences in refusal.message_dict.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)


def _choose(form: forms.BaseForm, name: str, rows: Any, empty: str | None = None) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    if empty is not None:
        field.empty_label = empty


def _dress(field: forms.Field) -> None:
    """The classes that crispy would give; the twelve forms stand in one table of their own."""
    kinds = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}
    css = next((css for kind, css in kinds.items() if isinstance(field.widget, kind)), "form-control")
    field.widget.attrs["class"] = css
