"""What each kind of long work does: cut into parts, make one, put them together (see settings.JOBS)."""
