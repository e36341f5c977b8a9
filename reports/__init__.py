"""What they did: cycles, yearly reports, reminders, and every view across apps."""
