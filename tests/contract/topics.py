"""The stored shape of every event: what `topics.json` pins. Run as a module, this adds new topics.

    python -m tests.contract.topics

It never changes a topic that is pinned, but for members that a closed list has gained: what was
recorded under it must be read for ever. A new shape is a new version of the topic, with an upcaster
from the old one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.events import registry
from ledger.events.base import EventSpec, FieldSpec

PINNED = Path(__file__).with_name("topics.json")


def field_shape(part: FieldSpec) -> dict[str, Any]:
    """What the bytes of one field depend on; `sealed` is its key class."""
    shape: dict[str, Any] = {
        "type": part.type.name,
        "sealed": part.type.sealed,
        "required": part.required,
        "default": part.default,
        "internal": part.internal,
    }
    if part.type.reference is not None:
        shape["reference"] = part.type.reference
    if part.type.choices:
        shape["choices"] = list(part.type.choices)
    return shape


def topic_shape(spec: EventSpec) -> dict[str, Any]:
    """One topic: whether it is a fact with a legal day, and its fields by name."""
    return {
        "fact": spec.is_fact,
        "fields": {part.name: field_shape(part) for part in spec.fields},
    }


def shapes() -> dict[str, Any]:
    """Every topic of the program."""
    return {topic: topic_shape(spec) for topic, spec in sorted(registry.specs().items())}


def pinned() -> dict[str, Any]:
    """What was committed."""
    shown: dict[str, Any] = json.loads(PINNED.read_text("utf-8")) if PINNED.exists() else {}
    return shown


def written(topics: dict[str, Any]) -> str:
    """The file: a line for each field, so that a change shows in review."""
    blocks = []
    for topic, shape in sorted(topics.items()):
        lines = [
            f"   {json.dumps(name)}: {json.dumps(part, sort_keys=True)}"
            for name, part in shape["fields"].items()
        ]
        fields = ",\n".join(lines)
        fact = json.dumps(shape["fact"])
        blocks.append(f' {json.dumps(topic)}: {{"fact": {fact}, "fields": {{\n{fields}}}}}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def with_longer_lists(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """A pinned topic whose closed lists gained members."""
    fields = {
        name: part | {"choices": now["fields"][name]["choices"]}
        if set(part.get("choices", ())) < set(now["fields"].get(name, {}).get("choices", ()))
        else part
        for name, part in before["fields"].items()
    }
    return before | {"fields": fields}


def main() -> None:
    """Pin the topics that are new, and lists that grew."""
    now = shapes()
    kept = {
        topic: with_longer_lists(shape, now[topic]) if topic in now else shape
        for topic, shape in pinned().items()
    }
    PINNED.write_text(written(now | kept), "utf-8")


if __name__ == "__main__":
    main()
