"""What a succession would do, seen before it is carried out; and what an agency's page says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from agencies.actions.succession import After, Wish
from agencies.models import Agency, Post, Succession, SuccessionLink
from agencies.models.agency import AgencyQuerySet
from agencies.open_duties import OpenDuty
from isotrack.kit.clock import day_of
from plans.models import Declaration
from plans.models.declaration import DeclarationQuerySet
from reports.models import FileInspection
from reports.open_duties import open_duties


@dataclass(frozen=True)
class Preview:
    """What would happen to everything the predecessors have, as of an instant; one query for each kind."""

    wish: Wish
    as_of: datetime

    @property
    def day(self) -> date:
        """The first day of the new order."""
        assert self.wish.effective_on is not None
        return self.wish.effective_on

    @property
    def last_day(self) -> date:
        """The last day of those who end."""
        return self.day - timedelta(days=1)

    @property
    def is_ahead(self) -> bool:
        """Whether the day is still to come."""
        return self.day > day_of(self.as_of)

    @property
    def ends(self) -> bool:
        """Whether the predecessors end; else the same entity goes on."""
        return self.wish.kind not in Succession.OF_ONE

    @property
    def kind_in_words(self) -> str:
        """As the list of kinds has it."""
        return str(Succession.Kind(self.wish.kind).label)

    @property
    def changes_in_words(self) -> list[tuple[str, str]]:
        """(what, its new value) of one that goes on, as its page names them."""
        said = []
        for name, value in self.wish.changes.items():
            field: Any = Agency._meta.get_field(name)
            words = dict(field.flatchoices) if field.choices else {}
            above = Agency.objects.coded(value, self.day).first() if name == "superior" else None
            said.append((str(field.verbose_name), str(above or words.get(value, value))))
        return said

    @cached_property
    def agencies(self) -> list[Agency]:
        """The predecessors of the registry."""
        return [one.agency for one in self.wish.before if one.agency]

    @cached_property
    def duties(self) -> list[OpenDuty]:
        """What is open; nothing changes hands where the same entity goes on."""
        return open_duties([one.pk for one in self.agencies], self.as_of) if self.ends else []

    @cached_property
    def successors(self) -> list[tuple[After, str]]:
        """(successor, the superior of one that is to be founded or "")."""
        above = {str(new["code"]): new.get("superior") for new in self.wish.founding}
        codes = [code for code in above.values() if code]
        named = {one.code: str(one) for one in Agency.objects.valid_on(self.last_day).filter(code__in=codes)}
        return [(one, named.get(above.get(one.code) or "", "")) for one in self.wish.after]

    @cached_property
    def living_heirs(self) -> dict[str, Agency]:
        """Code → successor that is there already; one still to be founded is not."""
        founded = {str(new["code"]) for new in self.wish.founding}
        codes = [one.code for one in self.wish.after if one.code not in founded]
        return {one.code: one for one in Agency.objects.filter(code__in=codes, valid_to__isnull=True)}

    @property
    def heirs(self) -> list[tuple[str, str]]:
        """(code, name) of everybody a duty may go to; the superior's side where nobody follows."""
        named = [(one.code, f"{one.name} ({one.code})") for one in self.wish.after]
        above = self.agencies[0].superior if self.agencies else None
        return named or ([(above.code, str(above))] if above else [])

    @cached_property
    def posts(self) -> Sequence[Post]:
        """Posts that end with the agencies."""
        held = (
            Post.objects.on(self.last_day).filter(agency__in=self.agencies)
            if self.ends
            else Post.objects.none()
        )
        return list(held.select_related("user", "agency").order_by("agency__name_sort", "pk"))

    @cached_property
    def followers(self) -> AgencyQuerySet:
        """Agencies below the predecessors, which follow to the successor."""
        below = Agency.objects.valid_on(self.day).filter(superior__in=self.agencies)
        return below.exclude(pk__in=[one.pk for one in self.agencies]).in_protocol_order()

    @cached_property
    def declarations(self) -> DeclarationQuerySet:
        """Declarations that end with their agencies."""
        return Declaration.objects.current().filter(agency__in=self.agencies).select_related("agency")

    @cached_property
    def inspections(self) -> "Sequence[FileInspection]":
        """Inspections that asked for something: the request stays readable, the successor mends."""
        asked = FileInspection.objects.filter(report__agency__in=self.agencies)
        asked = asked.exclude(result=FileInspection.Result.PASSED)
        return list(asked.select_related("report__cycle").order_by("-inspected_on"))


@dataclass(frozen=True)
class Kinship:
    """Who followed an agency and who was before it, for its page; two queries."""

    agency: Agency

    @cached_property
    def after(self) -> list[SuccessionLink]:
        """What became of it, or is planned."""
        return self._links("predecessor")

    @cached_property
    def before(self) -> list[SuccessionLink]:
        """Those that became it; of a change of the same entity its own history tells."""
        return [link for link in self._links("successor") if link.predecessor_id != self.agency.pk]

    def _links(self, side: str) -> list[SuccessionLink]:
        rows = SuccessionLink.objects.filter(**{side: self.agency})
        rows = rows.exclude(succession__state=Succession.State.CANCELLED)
        loaded = rows.select_related("succession__document", "predecessor", "successor")
        return list(loaded.order_by("-succession__effective_on", "predecessor_name", "pk"))
