# IsoTrack: `make run` starts the demonstration, `make test` checks everything. Both install what is missing first.
#
#   PORT=8000   where `make run` listens           VENV=.venv     where everything is installed
#   JOBS=2      tests at the same time             PYTHON=python3 what the virtual environment is made from
#   ARGS=       more words for pytest, for the benchmarks, or for the lock
#   SIZE=full   how large a database `make bench` builds; small tries it in two minutes
PORT ?= 8000
JOBS ?= 2
VENV ?= .venv
PYTHON ?= python3
SIZE ?= full
BIN = $(VENV)/bin
export PORT VENV

# As it runs where others reach it; no server is contacted.
PRODUCTION = env -u ISOTRACK_AS_OF ALLOWED_HOSTS=isotrack.example DATABASE_URL=postgres://127.0.0.1/isotrack \
	REDIS_URL=redis://127.0.0.1 EMAIL_URL=smtp://127.0.0.1 \
	SECRET_KEY=$$(od -An -N40 -tx1 /dev/urandom | tr -d ' \n')
UNIT = not browser and not services and not embedded

.PHONY: run test test-fast bench check format setup setup-run setup-test lock
.NOTPARALLEL:

run: setup-run
	@exec $(BIN)/python -m deploy.setup.serve

test: setup-test check
	@exec $(BIN)/python tests/services.py -- $(BIN)/pytest --numprocesses $(JOBS) --dist worksteal $(ARGS)

test-fast: setup-test
	@exec $(BIN)/python tests/services.py -- $(BIN)/pytest --numprocesses $(JOBS) --dist worksteal -m "$(UNIT)" $(ARGS)

bench: setup-test
	@exec $(BIN)/python tests/services.py -- $(BIN)/python -m tests.bench --size $(SIZE) $(ARGS)

check: setup-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/djlint --lint --check templates
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	env -u DATABASE_URL -u ALLOWED_HOSTS $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m deploy.setup.audit

format: setup-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djlint --quiet --reformat templates

setup: setup-test

setup-run setup-test: setup-%:
	@$(PYTHON) -m deploy.setup.packages $*
	@$(PYTHON) -m deploy.setup.install $*

lock: setup-test
	PATH="$(abspath $(BIN)):$$PATH" sh deploy/setup/lock.sh $(ARGS)
