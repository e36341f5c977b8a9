"""Tags of the registry's own pages."""
