"""Which topics there are and which open fields each has: data, pinned from the contract.

`shapes.json` is written from the registry of events by `python -m tests.tamper.pinned`; the
verifier reads the data and never the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

_TYPES: Mapping[str, type] = {
    "text": str,
    "count": int,
    "flag": bool,
    "list": list,
    "object": dict,
}


class Shape(NamedTuple):
    """The open fields of a topic, and whether it must have a legal day."""

    needs_day: bool
    required: Mapping[str, type]
    optional: Mapping[str, type]


@cache
def shapes() -> Mapping[str, Shape]:
    """Every topic."""
    told = orjson.loads(files("ledger.verifying").joinpath("shapes.json").read_bytes())
    return {topic: _shape(one) for topic, one in told.items()}


def _shape(told: Mapping[str, Any]) -> Shape:
    return Shape(
        told["day"],
        {name: _TYPES[kind] for name, kind in told["required"].items()},
        {name: _TYPES[kind] for name, kind in told["optional"].items()},
    )


# Around an event: keyed hashes, who acted, where it came from (docs/event-format.md, 2).
CONTEXT: Mapping[str, type] = {
    "act": str,
    "actor": str,
    "clock_jump": bool,
    "content": str,
    "document": dict,
    "gist": str,
    "key": str,
    "loose": str,
    "match": str,
    "origin": dict,
}


def fits(topic: str, day: str | None, payload: Mapping[str, Any]) -> bool:
    """Whether a payload has the fields of its topic, each of its JSON type."""
    shape = shapes().get(topic)
    if shape is None or (shape.needs_day and day is None):
        return False
    known = {**shape.required, **shape.optional}
    return payload.keys() >= shape.required.keys() and all(
        type(value) is known.get(name) for name, value in payload.items()
    )


def context_fits(context: Mapping[str, Any]) -> bool:
    """Whether a context holds nothing but what contexts hold."""
    return all(type(value) is CONTEXT.get(name) for name, value in context.items())
