"""`python -m tests.agencies.workbooks`: write the files that are built; see the package."""

from pathlib import Path

from tests.agencies.registry_books import data_of
from tests.agencies.workbooks import failing, passing

HERE = Path(__file__).parent


def main() -> None:
    """Write every built file and what is expected of it."""
    for name, made in passing.BOOKS.items():
        _write("should_pass", name, data_of(made()))
    lines = []
    for name, (made, errors) in failing.ROWS.items():
        _write("should_fail", name, data_of(made()))
        lines.append(f"{name}.xlsx: " + ", ".join(f"{cell} {code}" for cell, code in errors))
    for name, (data, words) in failing.FILES.items():
        _write("should_fail", name, data())
        lines.append(f"{name}.xlsx: whole file, {words}")
    (HERE / "should_fail.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")


def _write(folder: str, name: str, data: bytes) -> None:
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / f"{name}.xlsx").write_bytes(data)


if __name__ == "__main__":
    main()
