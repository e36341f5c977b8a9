"""The commands of the plans."""
