"""What the verifier knows as data: topics with their fields, and what guards a ledger's tables.

    python -m tests.tamper.pinned

writes both from the program as it is. A test refuses stale ones, so that a new topic or guard is
seen in review where the verifier learns of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ledger.events import registry
from ledger.events.base import EventSpec, FieldSpec
from ledger.storage import guards

FOLDER = Path(__file__).parents[2] / "src" / "ledger" / "verifying"
SHAPES = FOLDER / "shapes.json"
GUARDS = FOLDER / "guards.json"

# Bits of pg_trigger.tgtype (PostgreSQL, src/include/catalog/pg_trigger.h).
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_SQLITE = re.compile(r"CREATE TRIGGER (\w+) BEFORE \w+ ON (\w+)")
_POSTGRES = re.compile(
    r"CREATE TRIGGER (\w+) (BEFORE|AFTER) ([A-Z ]+?) ON (\w+)\s.*?"
    r"FOR EACH (ROW|STATEMENT) EXECUTE FUNCTION (\w+)",
    re.DOTALL,
)
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(.*?\$\$(.*)\$\$", re.DOTALL)

_KINDS = {
    "target": "count",
    "count": "count",
    "flag": "flag",
    "list": "list",
    "candidates": "list",
    "map": "object",
    "record": "object",
    "fields": "object",
    "command": "object",
}


def kind_of(part: FieldSpec) -> str:
    """The JSON type of a stored field."""
    return _KINDS.get(part.type.name, "text")


def shape_of(spec: EventSpec) -> dict[str, Any]:
    """A topic: must it have a legal day, and its open fields."""
    opened = [part for part in spec.fields if part.type.sealed is None]
    return {
        "day": spec.is_fact,
        "required": {part.name: kind_of(part) for part in opened if part.required},
        "optional": {part.name: kind_of(part) for part in opened if not part.required},
    }


def shapes_text() -> str:
    """The file of shapes, a line a topic."""
    rows = [
        f" {json.dumps(topic)}: {json.dumps(shape_of(spec), sort_keys=True)}"
        for topic, spec in sorted(registry.specs().items())
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def sqlite_guards(statements: Iterable[str]) -> dict[str, dict[str, str]]:
    """The triggers by table and name, with their text."""
    found: dict[str, dict[str, str]] = {}
    for statement in statements:
        match = _SQLITE.match(statement)
        assert match is not None
        found.setdefault(match[2], {})[match[1]] = statement
    return found


def postgres_guards(statements: Iterable[str]) -> dict[str, Any]:
    """Triggers by table and name, and functions by name."""
    triggers: dict[str, dict[str, Any]] = {}
    functions: dict[str, str] = {}
    for statement in map(str.strip, statements):
        if match := _POSTGRES.match(statement):
            name, moment, acts, table, level, function = match.groups()
            bits = [moment, level, *acts.split(" OR ")]
            kind = sum(_BITS.get(bit, 0) for bit in bits)
            triggers.setdefault(table, {})[name] = {"type": kind, "function": function}
        elif match := _FUNCTION.match(statement):
            functions[match[1]] = match[2]
    return {"triggers": triggers, "functions": functions}


def guards_text() -> str:
    """The file of guards."""
    told = {
        "sqlite": sqlite_guards(_all("SQLITE")),
        "postgresql": postgres_guards(_all("POSTGRES")),
        "access": {
            "sqlite": sqlite_guards(guards.SQLITE_ACCESS_GUARDS),
            "postgresql": postgres_guards(guards.POSTGRES_ACCESS_GUARDS),
        },
    }
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def _all(database: str) -> Iterable[str]:
    for name in ("GUARDS", "PROOF_GUARDS"):
        yield from getattr(guards, f"{database}_{name}", ())


def main() -> None:
    """Write them."""
    GUARDS.write_text(guards_text(), "utf-8")
    SHAPES.write_text(shapes_text(), "utf-8")


if __name__ == "__main__":
    main()
