"""The law's money table: ceilings and the items that may be paid."""

from plans.models.funding import Ceiling, CostItem

__all__ = ["Ceiling", "CostItem"]
