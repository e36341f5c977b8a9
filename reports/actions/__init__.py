"""Verbs of cycles and reports: keyword arguments, `by=` among them, atomic, each leaving a journal entry."""
