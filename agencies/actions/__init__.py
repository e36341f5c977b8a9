"""Verbs of the registry: keyword arguments, `by=` among them, atomic, each leaving a journal entry."""
