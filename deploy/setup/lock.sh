#!/bin/sh
# Pins what pyproject.toml asks for; run by `make lock`, with ARGS=--upgrade for newer versions.
#
#   requirements.txt                     what the application needs
#   requirements-dev.txt                 what its tests and checks need in addition
#   deploy/setup/requirements-node.txt   Node, for machines without npm
#   static/package-lock.json             the style sheet and the accessibility checker, from npm
#
# One file serves every Python from 3.11 on and both processors (--universal): a hash for each file of a release.
set -eu

pin() { # pin FILE FIRST_LINES [OPTION...]: writes FILE, keeping the versions it already names
    file=$1 first=$2
    shift 2
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links --quiet --output-file "$file" "$@" >/dev/null
    { printf '# Made by `make lock` from pyproject.toml.\n%s' "$first"; grep -E '^( |[a-z0-9])' "$file"; } >"$file.new"
    mv "$file.new" "$file"
}

pinned() { # the packages that requirements.txt holds
    sed -n 's/^\([a-z0-9._-]*\)==.*/\1/p' requirements.txt
}

pin requirements.txt "" pyproject.toml "$@"
# The same versions, written once: the second file holds only what it adds to the first.
# shellcheck disable=SC2046
pin requirements-dev.txt "-r requirements.txt
" --group dev --constraint requirements.txt $(pinned | sed 's/^/--no-emit-package=/') "$@"
pin deploy/setup/requirements-node.txt "" --group node "$@"

# npm's lock with its integrity hashes, without the addresses npm adds.
npm --prefix static install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --silent
python3 - static/package-lock.json <<'PYTHON'
import json
import pathlib
import sys

path = pathlib.Path(sys.argv[1])
lock = json.loads(path.read_text())
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2) + "\n")
PYTHON
