"""What was done, what was sent, what is being made, and how the installation itself is doing.

None of these holds a foreign key to another app, so the journal never interferes with live data, at the
price of no referential check.
"""

from isotrack.journal.models.entry import Entry
from isotrack.journal.models.job import Job, JobPart
from isotrack.journal.models.notice import DeadAddress, Notice
from isotrack.journal.models.operation import Lease, Pause, TaskRun

__all__ = ["DeadAddress", "Entry", "Job", "JobPart", "Lease", "Notice", "Pause", "TaskRun"]
