"""The JSON Schema of the instrument language, for editors that complete and check while writing.

It says which keys there are and what shape their values have. Whether codes, fields and sums are
right is checked when a text is loaded; a text that fits the schema may still be refused there.
"""

from __future__ import annotations

from typing import Any

from projections.language.rules import POSITION_KINDS, RULES
from projections.language.values import MARKS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CODES = {"$ref": "#/$defs/codes"}
_WORD = {"$ref": "#/$defs/word"}
_NUMBER = {"$ref": "#/$defs/number"}
_POINTS = {"$ref": "#/$defs/points"}
_WINDOW = {"$ref": "#/$defs/window"}
_WHERE = {"type": "object", "additionalProperties": _CODES}
_TEXT = {"type": "string"}
_TABLE = {"type": "object", "additionalProperties": True}
_FACTS = {"facts": _TEXT}
_SOME = {"facts": _TEXT, "window": _WINDOW}

# By rule: the keys that must stand, and those that may.
_KEYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "best": ({**_FACTS, "by": _TEXT, "points": _TABLE, "none": _POINTS}, {"where": _WHERE}),
    "any": (_SOME, {"where": _WHERE, "match": _TABLE}),
    "total": (
        {**_SOME, "field": _TEXT, "target": _POINTS, "award": _WORD},
        {"where": _WHERE, "decimals": _NUMBER},
    ),
    "latest": (
        {
            **_SOME,
            "only": _TABLE,
            "period": _WORD,
            "halves": _WORD,
            "other_periods": _WORD,
            "decimals": _NUMBER,
            "by": {"type": "array", "items": _TEXT},
            "points": _TABLE,
            "field": _TEXT,
            "scores": _TABLE,
            "none": _POINTS,
        },
        {"where": _WHERE},
    ),
    "worst": (
        {
            **_SOME,
            "by": _TEXT,
            "points": _TABLE,
            "ignored": _CODES,
            "none": _POINTS,
            "late_filing": _WORD,
        },
        {"since": _WORD},
    ),
    "tally": ({**_SOME, "by": _TEXT, "points": _TABLE}, {"where": _WHERE, "others": _POINTS}),
    "share": (
        {**_FACTS, "field": _TEXT, "dimension": _WORD, "decimals": _NUMBER, "none": _POINTS},
        {},
    ),
    "elapsed": (
        {**_SOME, "since": _WORD, "at_least": _TABLE, "none": _POINTS},
        {"where": _WHERE},
    ),
    "none_in_force": (_SOME, {"where": _WHERE}),
    "all": (
        {**_FACTS, "only": _TABLE, "years": _NUMBER, "by": _TEXT, "codes": _CODES},
        {"where": _WHERE, "failed": _CODES},
    ),
    "mean": (
        {**_SOME, "field": _TEXT, "of": _NUMBER, "decimals": _NUMBER, "none": _POINTS},
        {"where": _WHERE, "part": _TEXT},
    ),
    "product": ({"base": _TABLE, "factor": _TABLE, "decimals": _NUMBER, "none": _POINTS}, {}),
    "grid": (
        {
            "rows": _TABLE,
            "columns": _TABLE,
            "boxes": {"type": "array", "items": {"type": "array", "items": _NUMBER}},
            "none": _POINTS,
        },
        {},
    ),
    "on_days": ({"days": _CODES}, {}),
    "post": ({"kinds": _CODES}, {}),
    "conversion": (
        {"base": _TABLE, "factor": _TABLE, "months": _NUMBER, "decimals": _NUMBER, "none": _POINTS},
        {},
    ),
    "accrued": (
        {
            **_FACTS,
            "field": _TEXT,
            "since": _TABLE,
            "say": _WORD,
            "decimals": _NUMBER,
            "none": _POINTS,
        },
        {"where": _WHERE, "bonus": _TABLE},
    ),
    "ladder": (
        {
            **_FACTS,
            "by": _TEXT,
            "steps": _CODES,
            "limit": _TABLE,
            "room": _TABLE,
            "none": _POINTS,
        },
        {},
    ),
    "at_step": (
        {**_FACTS, "by": _TEXT, "codes": _CODES, "none": _POINTS},
        {"proof": _TABLE, "confirm": _TEXT},
    ),
    "no_open_case": ({**_FACTS, "closed_by": _CODES}, {}),
    "score": ({"instrument": _WORD, "decimals": _NUMBER}, {"of": _TEXT}),
    "newest": (
        {
            **_SOME,
            "period": _WORD,
            "field": _TEXT,
            "of": _NUMBER,
            "decimals": _NUMBER,
            "none": _POINTS,
        },
        {"where": _WHERE},
    ),
    "pattern": (
        {
            **_SOME,
            "instrument": _WORD,
            "bands": _CODES,
            "by": _TEXT,
            "period": _WORD,
            "limits": _TABLE,
            "none": _POINTS,
        },
        {"free": _CODES},
    ),
    "members": (
        {"instrument": _WORD, "statistic": _WORD, "decimals": _NUMBER, "none": _POINTS},
        {"of": _TEXT, "mean_decimals": _NUMBER, "bands": _CODES},
    ),
}


def schema() -> dict[str, Any]:
    """The whole schema, its keys in a stable order."""
    return {
        "$schema": DRAFT,
        "title": "An instrument of the ASN performance ledger",
        "type": "object",
        "required": [*_HEAD],
        "properties": {**_HEAD, **_MAY},
        "oneOf": [{"required": ["max", "measures", "bands"]}, {"required": _ELIGIBILITY}],
        "additionalProperties": False,
        "$defs": {
            **_basic(),
            "measure": {"oneOf": [_sum(), *(_rule(name, "measure") for name in RULES)]},
            "requirement": {"oneOf": [_rule(name, "requirement") for name in RULES]},
        },
    }


_ELIGIBILITY = ["requirements", "outcomes"]
_HEAD: dict[str, Any] = {
    "instrument": _TEXT,
    "title": _TEXT,
    "subject": {"enum": ["employee", "org_unit"]},
    "basis": {"enum": ["REGULATION", "LETTER", "LOCAL"]},
    "decree": _TEXT,
    "in_force_from": {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "object", "properties": {"sure_from": {"type": "string", "format": "date"}}},
        ]
    },
    "period": _TABLE,
    "population": _TABLE,
}
_MAY: dict[str, Any] = {
    "cite": _TEXT,
    "mark": {"enum": list(MARKS[:-1])},
    "max": _NUMBER,
    "measures": {"type": "array", "items": {"$ref": "#/$defs/measure"}},
    "bands": _TABLE,
    "requirements": {"type": "array", "items": {"$ref": "#/$defs/requirement"}},
    "outcomes": {
        "type": "object",
        "required": ["met", "not_met", "unknown"],
        "properties": {"met": _TEXT, "not_met": _TEXT, "unknown": _TEXT},
        "additionalProperties": False,
    },
    "later_text": {
        "type": "object",
        "required": ["from", "title"],
        "properties": {"from": {"type": "string", "format": "date"}, "title": _TEXT},
        "additionalProperties": False,
    },
}


def _basic() -> dict[str, Any]:
    """Values, each bare or as {mark: value, cite?: article}."""
    bare: dict[str, dict[str, Any]] = {
        "word": _TEXT,
        "number": {"type": "number", "minimum": 0},
        "codes": {"anyOf": [_TEXT, {"type": "array", "items": True}, {"type": "boolean"}]},
    }
    found: dict[str, Any] = {
        name: {"anyOf": [shape, _marked(shape)]} for name, shape in bare.items()
    }
    span = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    missing = {"type": "object", "required": ["missing"], "properties": {"missing": span}}
    found["points"] = {"anyOf": [_NUMBER, missing]}
    found["window"] = {"anyOf": [_WORD, _TABLE]}
    found["kinds"] = {"enum": list(POSITION_KINDS)}
    return found


def _marked(shape: dict[str, Any]) -> dict[str, Any]:
    marks = dict.fromkeys(MARKS[:-1], shape)
    return {
        "type": "object",
        "properties": {**marks, "cite": _TEXT},
        "additionalProperties": False,
    }


def _common(named: str) -> dict[str, Any]:
    always: dict[str, Any] = {named: {"type": "string", "pattern": "^[a-z0-9_]+$"}, "cite": _TEXT}
    always["mark"] = {"enum": list(MARKS[:-1])}
    return {**always, "max": _NUMBER, "when": _TABLE} if named == "measure" else always


def _rule(name: str, named: str) -> dict[str, Any]:
    need, may = _KEYS[name]
    size = ["max"] if named == "measure" else []
    return {
        "type": "object",
        "required": [named, *size, "rule", *need],
        "properties": {**_common(named), "rule": {"const": name}, **need, **may},
        "additionalProperties": False,
    }


def _sum() -> dict[str, Any]:
    below = {"type": "array", "items": {"$ref": "#/$defs/measure"}}
    return {
        "type": "object",
        "required": ["measure", "max", "sum"],
        "properties": {**_common("measure"), "sum": below},
        "additionalProperties": False,
    }
