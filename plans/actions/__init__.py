"""What is done to plans and their money."""
