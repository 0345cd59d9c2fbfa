"""What the verifier knows as data: topics with their fields, and what guards a ledger's tables.

    python -m tests.tamper.pinned

writes both from the program as it is. A test refuses stale ones, so that a new topic or guard is
seen in review where the verifier learns of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger import guards
from ledger.events import registry
from ledger.events.base import EventSpec, FieldSpec

FOLDER = Path(__file__).parents[2] / "src" / "ledger" / "verifying"
SHAPES = FOLDER / "shapes.json"

_KINDS = {
    "target": "count",
    "count": "count",
    "flag": "flag",
    "list": "list",
    "candidates": "list",
    "map": "object",
    "record": "object",
    "fields": "object",
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


def main() -> None:
    """Write them."""
    SHAPES.write_text(shapes_text(), "utf-8")


if __name__ == "__main__":
    main()
