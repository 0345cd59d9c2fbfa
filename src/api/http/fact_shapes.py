"""What the body of a command holds, as JSON Schema, made from the event classes: a new field of a
fact is described without further work.
"""

from __future__ import annotations

from typing import Any, Final

from api.intake.labels import FIELDS, SPECIAL
from api.intake.template_form import NEEDS_DOCUMENT
from api.queries.kinds import Kind
from ledger.events.base import FieldSpec
from ledger.events.registry import CORRECTIONS
from ledger.fields import FieldType

_DAY: Final = {"type": "string", "format": "date", "examples": ["2022-12-31"]}
_NUMBER: Final = {"type": ["string", "number"], "examples": ["87.5"]}
_TYPES: Final[dict[str, dict[str, Any]]] = {
    "day": _DAY,
    "flag": {"type": "boolean"},
    "count": {"type": "integer"},
    "number": _NUMBER,
    "score": _NUMBER,
    "hours": _NUMBER,
    "period": {"type": "string", "examples": ["2022", "2024-Q3", "2023-06"]},
    "month": {"type": "string", "examples": ["2023-06"]},
    "nip": {"type": "string", "description": "18 digits."},
    "person": {"type": "string", "description": "A NIP, or the opaque id of a person."},
    "list": {"type": "array"},
    "map": {"type": "object"},
    "record": {"type": "object"},
}
_WHEN: Final = {
    "type": "string",
    "description": "Legal day on which it begins to count; a year or a month where the document"
    " gives no more.",
    "examples": ["2022-12-31", "2022-06", "2022"],
}
_DOCUMENT: Final = {
    "type": "object",
    "description": "The document it rests on.",
    "properties": {
        "kind": {"type": "string", "examples": ["SK"]},
        "number": {"type": "string", "examples": ["800/12/2024"]},
        "date": _DAY,
        "issuer": {"type": "string"},
        "sha256": {"type": "string", "description": "Of the document, 64 hexadecimal digits."},
    },
    "required": ["kind", "number", "date"],
    "additionalProperties": False,
}


def body_schema(kind: Kind, *, founds: bool) -> dict[str, Any]:
    """The body of the command of a kind: the fact's own fields, as in a facts file; whose it is
    stands in the address, but where the fact founds a record.
    """
    properties: dict[str, Any] = {}
    needed: list[str] = []
    for spec in kind.spec.fields:
        if spec.internal or (kind.fact == "unit" and spec.name == "code" and not founds):
            continue
        properties[spec.name] = _field(kind, spec)
        if spec.required and (kind.fact, spec.name) not in _FOLLOWS:
            needed.append(spec.name)
    if kind.founds:
        properties = {"nip": _TYPES["nip"], **properties}
        needed.append("nip")
    if kind.fact in CORRECTIONS:
        properties["target"] = {"type": "string", "description": "The fact that is mended."}
        needed.append("target")
    if kind.fact == "correct":
        properties["replacement"] = {
            "type": "object",
            "description": "The whole fact that is right, with `fact`.",
            "properties": {"fact": {"type": "string"}},
            "required": ["fact"],
        }
        needed.append("replacement")
    properties |= {"on": _WHEN, "document": _DOCUMENT, "key": {"type": "string", "maxLength": 200}}
    if kind.fact in NEEDS_DOCUMENT:
        needed.append("document")
    return {
        "type": "object",
        "title": f"{kind.spec.owner}.{kind.name}",
        "properties": properties,
        "required": sorted(needed),
        "additionalProperties": False,
    }


# What a fact may leave out because it follows from something else.
_FOLLOWS: Final = frozenset((("appraisal", "from"), ("appraisal", "to"), ("appraisal", "regime")))


def _field(kind: Kind, spec: FieldSpec) -> dict[str, Any]:
    found = dict(_of_type(spec.type))
    said = SPECIAL.get((kind.fact, spec.name)) or FIELDS.get(spec.name)
    if said is not None:  # what a form spreads over several columns has no words of its own
        found["title"] = said.header
        found.setdefault("description", said.hint)
    if spec.default is not None:
        found["default"] = spec.default
    return found


def _of_type(kind: FieldType) -> dict[str, Any]:
    if kind.choices and kind.name != "list":
        return {"type": "string", "enum": list(kind.choices)}
    return _TYPES.get(kind.name, {"type": "string", "maxLength": 4_000})
