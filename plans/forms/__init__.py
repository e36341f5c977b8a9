"""Forms of plans, money, training and declarations."""
