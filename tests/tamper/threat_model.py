"""The tables of docs/threat-model.md, written from the catalogue and the verifier's own words.

python -m tests.tamper.threat_model
"""

from __future__ import annotations

from pathlib import Path

from ledger.verifying.findings import KINDS
from tests.tamper.catalogue import BOTH, CATALOGUE, Finder, Forgery

PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"
BEGIN, END = "<!-- generated: {name} -->", "<!-- end of generated -->"
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def row_text(row: Forgery) -> str:
    """One forgery as a line of the page."""
    only = "" if row.on == BOTH else f" ({_DATABASES[row.on[0]]})"
    codes = ", ".join(f"`{code}`" for code in sorted(row.codes)) or row.why
    if row.codes and row.why:
        codes = f"{codes}. {row.why}"
    return f"| {row.name} | {row.what}{only} | {row.by} | {codes} |"


def found() -> str:
    """What somebody finds, by who does."""
    parts = []
    for finder in (Finder.ALONE, Finder.KEYS, Finder.EARLIER, Finder.WITNESS):
        rows = [row_text(row) for row in CATALOGUE if row.finder is finder]
        head = [f"### Found by {finder.value}", "", "| row | what is done | by | found as |",
                "|---|---|---|---|"]  # fmt: skip
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def not_found() -> str:
    """What nobody finds, and why."""
    rows = [row_text(row) for row in CATALOGUE if row.finder is Finder.NOBODY]
    return "\n".join(["| row | what is done | by | why |", "|---|---|---|---|", *rows])


def words() -> str:
    """Every code with what it means."""
    rows = [f"| `{code}` | {kind.level} | {kind.means} |" for code, kind in sorted(KINDS.items())]
    return "\n".join(["| code | level | meaning |", "|---|---|---|", *rows])


GENERATED = {"found": found, "not found": not_found, "words": words}


def rendered(page: str) -> str:
    """The page with its generated parts as they are now."""
    for name, make in GENERATED.items():
        begin = BEGIN.format(name=name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(END)
        page = f"{before}{begin}\n{make()}\n{END}{after}"
    return page


def main() -> None:
    """Write the page."""
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
