"""Forms of the registry, its people and its documents."""
