"""Pages of plans, money, training and declarations: scope, form, action, redirect."""
