"""Answers to put into reports: a few hundred plausible sets, made and counted by the product itself."""

import json
from collections.abc import Iterator
from datetime import date

from agencies.models import Agency
from agencies.models.agency import Mandate
from reports.actions.season import other_arrivals
from reports.models.questionnaire import questions_of
from reports.questions import figures
from reports.statistics.coded import coded

SETS = 400
COUNTED_IN = 2019


def sets(questionnaire: int) -> Iterator[tuple[int, str, str, str, list[int | None] | None]]:
    """(number, mandate, answers, figures, code): what an agency of that mandate sent, and what counts of it.

    The numbers differ from set to set; every rule of the questionnaire holds.
    """
    questions = questions_of(questionnaire)
    agencies = [Agency(code=f"S{number}", mandate=_mandate(number)) for number in range(2 * SETS)]
    arrivals = other_arrivals(agencies, COUNTED_IN, date(COUNTED_IN + 1, 6, 29))
    mandates = {agency.code: agency.mandate for agency in agencies}
    taken = dict.fromkeys(Mandate.values, 0)
    for arrival in arrivals:
        mandate = mandates[arrival.code]
        outcome = questions.check(
            arrival.answers,
            mandate=mandate,
            year=COUNTED_IN,
            submitted_on=date(COUNTED_IN + 1, 6, 1),
            ceiling=lambda *_where: None,
        )
        if taken[mandate] < SETS // 2:
            told = figures(outcome)
            code = coded(told, questions)
            yield taken[mandate], mandate, json.dumps(arrival.answers), json.dumps(told), code
            taken[mandate] += 1


def _mandate(number: int) -> str:
    return Mandate.MANDATORY if number % 2 else Mandate.ENCOURAGED
