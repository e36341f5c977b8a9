"""`make bench`: every measure of the project beside its floor, in the same run, on a national database.

`python -m tests.bench` builds the database in the PostgreSQL that DATABASE_URL names (`make bench` starts a
throw-away one), measures, prints the table and writes docs/benchmarks.md. It ends with status 1 when a
measure is over its budget. `--size small` tries everything in a minute, without verdicts that mean anything.

`nation` builds the database, `timing` measures, `table` judges and prints; the other modules are the
measures: what IsoTrack does, and beside it the least that could be done for the same result (its floor).
"""
