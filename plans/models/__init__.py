"""Plans and their steps, declarations and upkeep, money, training and consultants."""

from plans.models.declaration import Declaration, Upkeep, UpkeepKind
from plans.models.funding import Ceiling, CostItem, FundingLine, FundingSource, LineKind, Mode, SourceKind
from plans.models.plan import (
    BuildStep,
    EntryStep,
    LineComment,
    PlanEntry,
    PlanVersion,
    RolloutPlan,
    StandardVersion,
)
from plans.models.training import Confirmation, Consultant, Contract, Participant, TrainingClass

__all__ = [
    "BuildStep",
    "Ceiling",
    "Confirmation",
    "Consultant",
    "Contract",
    "CostItem",
    "Declaration",
    "EntryStep",
    "FundingLine",
    "FundingSource",
    "LineComment",
    "LineKind",
    "Mode",
    "Participant",
    "PlanEntry",
    "PlanVersion",
    "RolloutPlan",
    "SourceKind",
    "StandardVersion",
    "TrainingClass",
    "Upkeep",
    "UpkeepKind",
]
