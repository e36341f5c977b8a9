"""Pages about reports, and every page that looks across the apps."""
