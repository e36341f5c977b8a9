"""What was done and what was sent. No foreign keys: it points at things by kind, key and label as text."""
