"""The succession wizard: what happens, then what becomes of every open duty; and deciding on one later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.agency import DATED
from agencies.actions.succession import After, Before, Wish
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.picker import AgenciesField, PickedAgencyField, Picker, search_name
from agencies.models import Agency, Document, Succession, SuccessionDuty
from agencies.models.agency import AgencyQuerySet
from agencies.models.agency import Kind as AgencyKind
from agencies.models.document import DocumentQuerySet
from agencies.open_duties import OpenDuty
from agencies.registry_judge import OF_KIND
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from reports.actions.succession import Decision
from reports.forms.founding import OF_A_KIND, Line, founding_fields, read_lines, shown_lines

Kind = Succession.Kind
Choice = SuccessionDuty.Choice
# What only an agency that goes on may be given; a new one has lines of its own.
OF_THE_SAME = ("new_name", "new_kind", "new_superior")
PICKED = ("predecessors", "successors", "new_superior")


class SuccessionForm(HouseFormMixin, forms.Form):
    """First page of the wizard; `decide_on` turns it into the second, with the open duties.

    `asked` is what the page sent besides: how many lines for new agencies, and what is looked for.
    """

    kind = forms.ChoiceField(
        label=gettext_lazy("Hình thức"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.UNKNOWN],
        help_text=gettext_lazy(
            "Đổi tên và đổi cấp trên giữ nguyên cơ quan; các hình thức khác làm cơ quan kết thúc."
        ),
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
    predecessors = AgenciesField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan trước"),
        help_text=gettext_lazy("Những cơ quan kết thúc, bị chia tách, đổi tên hoặc đổi cấp trên."),
        error_messages={"required": gettext_lazy("Tìm và đánh dấu ít nhất một cơ quan.")},
    )
    successors = AgenciesField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cơ quan kế thừa đã có trong danh bạ"),
        help_text=gettext_lazy("Bỏ qua khi chỉ lập cơ quan mới, hoặc khi không có cơ quan kế thừa."),
    )
    lines = forms.CharField(required=False, widget=forms.HiddenInput)
    new_name = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Tên mới"),
        help_text=gettext_lazy("Tên đầy đủ từ ngày hiệu lực; để trống khi không đổi tên."),
    )
    new_kind = forms.ChoiceField(
        choices=[("", gettext_lazy("Giữ nguyên")), *AgencyKind.choices],
        required=False,
        label=gettext_lazy("Loại mới"),
        help_text=gettext_lazy("Khi cơ quan đổi loại, ví dụ xã thành phường."),
    )
    new_superior = PickedAgencyField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cấp trên từ ngày hiệu lực"),
        help_text=gettext_lazy("Cơ quan nhắc nhở từ ngày đó."),
    )
    passes_posts = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Chuyển người phụ trách sang cơ quan kế thừa"),
        help_text=gettext_lazy("Bỏ chọn thì nhiệm vụ của mọi người kết thúc cùng cơ quan."),
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Ghi chú"),
        help_text=gettext_lazy("Điều cần biết thêm; giữ trong nhật ký."),
    )
    submit_label = ""  # both pages have several buttons

    def __init__(
        self,
        *args: Any,
        agencies: AgencyQuerySet,
        documents: DocumentQuerySet,
        asked: Mapping[str, Any],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.agencies, self.asked = agencies, asked
        for name in PICKED:
            self.fields[name].queryset = agencies  # type: ignore[attr-defined]
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        self.numbers = read_lines(asked.get("lines"))
        self.initial["lines"] = shown_lines(self.numbers)
        for number in self.numbers:
            self.fields |= founding_fields(number, agencies)
        self.duties: Sequence[OpenDuty] = ()
        self.heirs: Sequence[tuple[str, str]] = ()

    @cached_property
    def helper(self) -> FormHelper:
        """The fields alone: the page puts them into its form with its buttons."""
        helper: FormHelper = super().helper
        helper.form_tag = False
        return helper

    def pick(self, name: str, none: str = "") -> Picker:
        """A field of agencies with what is looked for; `none` are the words for nobody."""
        return Picker(self[name], self.agencies, str(self.asked.get(search_name(name), "")), none)

    @property
    def picks_before(self) -> Picker:
        """Who goes."""
        return self.pick("predecessors")

    @property
    def picks_after(self) -> Picker:
        """Who is there already and takes over."""
        return self.pick("successors")

    @property
    def picks_superior(self) -> Picker:
        """The new superior of one that goes on."""
        return self.pick("new_superior", none=_("Giữ nguyên cấp trên"))

    @property
    def new_lines(self) -> list[Line]:
        """The lines for new agencies."""
        return [Line(self, number, place) for place, number in enumerate(self.numbers, 1)]

    def decide_on(self, duties: Sequence[OpenDuty], heirs: Sequence[tuple[str, str]], *, ahead: bool) -> None:
        """Hide the first page's fields and ask about each open duty; `ahead`: the day is still to come."""
        for field in self.fields.values():
            field.widget = field.hidden_widget()
        self.fields["step"] = forms.CharField(initial="confirm", widget=forms.HiddenInput)
        self.duties, self.heirs = duties, heirs
        for duty in duties:
            self.fields |= duty_fields(duty, heirs, ahead=ahead)

    def clean_new_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["new_name"])

    def clean(self) -> dict[str, Any]:
        """Tell every wrong value at its field: what the kind does not know, half a line, who stands twice."""
        cleaned = super().clean() or {}
        kind, before = cleaned.get("kind"), list(cleaned.get("predecessors") or ())
        if kind in Succession.OF_ONE:
            self._check_same(before)
        elif kind:
            self._check_ending(kind, before)
        for duty in self.duties:
            self._check_duty(duty.name)
        return cleaned

    def wish(self) -> Wish:
        """What was asked for; call it on a valid form."""
        values = self.cleaned_data
        kind, before = values["kind"], list(values["predecessors"])
        of_one = kind in Succession.OF_ONE
        founding = [] if of_one else [line.founding(before[0]) for line in self._written]
        after = [After(one.code, one.name) for one in values["successors"]]
        after += [After(str(new["code"]), str(new["name"])) for new in founding]
        return Wish(
            kind=kind,
            effective_on=values["effective_on"],
            before=[Before.of(one) for one in before],
            after=after,
            founding=founding,
            changes=self._changes(before[0]) if of_one else {},
            document=values["document"],
            reason=clean(values["reason"]),
            passes_posts=values["passes_posts"],
        )

    def line_with(self, code: str) -> str:
        """The field in which this code of a new agency was written; "" where none is."""
        found = (line.name("code") for line in self._written if clean(line.values["code"]) == code)
        return next(found, "")

    @property
    def _written(self) -> list[Line]:
        return [line for line in self.new_lines if not line.is_empty]

    def _check_same(self, before: Sequence[Agency]) -> None:
        """The same legal entity goes on: one at a time, nobody follows it, and something is new."""
        if len(before) > 1:
            self.add_error("predecessors", ValidationError(_("Mỗi lần chỉ đổi một cơ quan."), code="several"))
        said = _("Đổi tên, đổi cấp trên không có cơ quan kế thừa. Bỏ chọn, hoặc chọn hình thức khác.")
        self._refuse_after(said)
        values = self.cleaned_data
        if (
            values["kind"] == Kind.MOVED
            and not values.get("new_superior")
            and "new_superior" not in self.errors
        ):
            self.add_error("new_superior", ValidationError(_("Tìm và chọn cấp trên mới."), code="required"))
        if values["kind"] == Kind.RENAMED and not any(values.get(one) for one in ("new_name", "new_kind")):
            self.add_error(
                "new_name", ValidationError(_("Ghi tên mới, hoặc chọn loại mới."), code="required")
            )
        superior = values.get("new_superior")
        if superior and any(superior.path.startswith(one.path) for one in before):
            said = _("Cơ quan cấp trên không thể là chính nó hoặc đơn vị trực thuộc.")
            self.add_error("new_superior", ValidationError(said, code="circle"))

    def _check_ending(self, kind: str, before: Sequence[Agency]) -> None:
        for name in OF_THE_SAME:
            if self.cleaned_data.get(name):
                said = _(
                    "Chỉ dùng khi đổi tên hoặc đổi cấp trên. Của cơ quan mới thì ghi ở phần Cơ quan mới."
                )
                self.add_error(name, ValidationError(said, code="other-kind"))
        if kind == Kind.DISSOLVED:
            self._refuse_after(_("Giải thể thì không có cơ quan kế thừa. Bỏ chọn, hoặc chọn hình thức khác."))
            return
        both = [str(one) for one in self.cleaned_data.get("successors") or () if one in before]
        if both:
            said = _("%(agencies)s ở cả hai bên. Cơ quan tiếp tục hoạt động thì chỉ chọn ở bên kế thừa.")
            self.add_error(
                "successors", ValidationError(said % {"agencies": ", ".join(both)}, code="both-sides")
            )
        self._check_lines(before)

    def _check_lines(self, before: Sequence[Agency]) -> None:
        seen: set[str] = set()
        for line in self._written:
            for name, wrong in line.check(before).items():
                self.add_error(name, wrong)
            code = clean(line.values.get("code", ""))
            if code and code in seen:
                said = _("Mã này đã ghi cho một cơ quan mới khác.")
                self.add_error(line.name("code"), ValidationError(said, code="twice"))
            seen.add(code)

    def _refuse_after(self, said: str) -> None:
        if self.cleaned_data.get("successors"):
            self.add_error("successors", ValidationError(said, code="other-kind"))
        for line in self._written:
            self.add_error(line.name("code"), ValidationError(said, code="other-kind"))

    def _check_duty(self, name: str) -> None:
        """Of several heirs one does it: a duty is passed on to somebody."""
        field = f"heir-{name}"
        passed = self.cleaned_data.get(f"choice-{name}") == Choice.PASSED
        if passed and field in self.fields and not self.cleaned_data.get(field):
            self.add_error(field, ValidationError(_("Chọn cơ quan làm tiếp."), code="required"))

    def _changes(self, agency: Agency) -> dict[str, str]:
        """What becomes of the one that goes on: only what is another value than now."""
        values = self.cleaned_data
        changes = {name: values[f"new_{name}"] for name in ("name", "kind") if values[f"new_{name}"]}
        changes = {name: value for name, value in changes.items() if value != getattr(agency, name)}
        if "kind" in changes:
            changes |= {
                field: str(value)
                for field, value in zip(OF_A_KIND, OF_KIND[changes["kind"]], strict=True)
                if field in DATED
            }
        superior = values["new_superior"]
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
    choice, code = values[f"choice-{name}"], values.get(f"heir-{name}", "")
    reason = clean(values.get(f"reason-{name}", ""))
    if choice != Choice.PASSED:
        return Decision(choice, reason=reason)
    return Decision(choice, heirs.get(code), reason, "" if code in heirs else code)


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
