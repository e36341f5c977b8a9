"""The version of this installation, as pyproject.toml and CHANGELOG.md say it too."""

VERSION = "0.3.0"
