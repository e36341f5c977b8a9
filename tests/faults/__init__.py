"""What must hold when real processes die, real queues are emptied and real mail servers misbehave."""
