"""Who: the registry of agencies, their people, and the documents everything points at."""
