"""All data and all files as a folder, and back: `take` writes one, `restore` fills an empty installation.

The folder holds no database's own format, so it also moves an installation from one database to another:

    manifest.json              schema version, rows and digest of each table, files; written last
    tables/TABLE.jsonl.gz      the names of the columns, then one row a line, in JSON
    files.jsonl.gz             name, size and SHA-256 of each stored file
    files/…                    the files themselves, under the names they are stored by

Read in one snapshot of the database while people go on working; written and read row by row, so memory does
not grow with the installation. The digest of a table is the sum of the SHA-256 of its rows: neither the order
of the rows nor the database they come from changes it. Sessions stay out: a backup lets nobody in, and after
a restore everybody signs in again.
"""

from isotrack.kit.backups.restoring import restore
from isotrack.kit.backups.store import Backup, Refused, Summary
from isotrack.kit.backups.taking import take

__all__ = ["Backup", "Refused", "Summary", "restore", "take"]
