"""What they promised: plans, declarations, money, training."""
