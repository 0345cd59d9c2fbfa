"""Natural keys: what makes two rows the same act (docs/facts.md), and the keyed hashes of them.

Names, titles and numbers in a natural key are sealed, so the ledger keeps keyed hashes: BLAKE2b
under a key that is derived from the person's own identity key and dies with it. They lie in the
event's context.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ledger.canonical import canonical_json

HASH_BYTES = 16
Fields = Mapping[str, Any]

# Set by the ledger or only claimed: two rows that differ in these alone say the same.
# An appraiser may come on record later than the appraisal, and is then named by id.
_NOT_CONTENT = frozenset(
    {
        "learned_on",
        "keys",
        "document_issuer",
        "counts_from",
        "title_id",
        "source_row",
        "appraiser",
        "appraiser_number",
    }
)


class Marks(NamedTuple):
    """The keyed hashes of one row, hex.

    Attributes:
        match: of the natural key.
        loose: of the weaker key that also tells the same act where a number is missing, or None.
        content: of everything the row states.
        gist: of what instruments may read; two sources that agree on it confirm each other.
    """

    match: str
    loose: str | None
    content: str
    gist: str


def keyed_hash(key: bytes, value: object) -> str:
    """BLAKE2b of canonical JSON under a key of up to 64 bytes, 128 bits, hex."""
    return hashlib.blake2b(canonical_json(value), digest_size=HASH_BYTES, key=key).hexdigest()


def folded(text: str) -> str:
    """Text as it is compared: NFC, case and white space aside."""
    normal = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(normal.casefold().split())


def _document_number(document: Fields | None) -> str | None:
    return None if document is None else folded(str(document["number"]))


def _qualification(f: Fields, on: str, _d: Fields | None) -> list[Any]:
    number = f.get("diploma_no")
    return [f["level"], "no", folded(number)] if number else [f["level"], "year", on[:4]]


def _position(f: Fields, on: str, _d: Fields | None) -> list[Any]:
    return [f["assignment"], folded(f["title"]), f["unit"], on]


def _competency(f: Fields, _on: str, _d: Fields | None) -> list[Any]:
    number = f.get("certificate_no")
    return ["no", folded(number)] if number else _competency_loose(f)


def _competency_loose(f: Fields) -> list[Any]:
    return ["title", folded(f["title"]), f["to"]]


def _appraisal(f: Fields, _on: str, _d: Fields | None) -> list[Any]:
    return [f["from"], f["to"], f.get("assignment") or "DEFINITIF", f.get("skp_id")]


def _sanction(f: Fields, on: str, d: Fields | None) -> list[Any]:
    if d is not None:
        return ["decree", _document_number(d), d["date"]]
    return ["id", f.get("id"), on]


def _award(f: Fields, on: str, d: Fields | None) -> list[Any]:
    number = _document_number(d)
    return [f["kind"], "no", number] if number else [f["kind"], "year", on[:4]]


def _measured(*names: str) -> Callable[[Fields, str, Fields | None], list[Any]]:
    def key(f: Fields, _on: str, _d: Fields | None) -> list[Any]:
        return [f.get(name) for name in names]

    return key


def _day_only(_f: Fields, on: str, _d: Fields | None) -> list[Any]:
    return [on]


def _once(_f: Fields, _on: str, _d: Fields | None) -> list[Any]:
    return []


_KEYS: dict[str, Callable[[Fields, str, Fields | None], list[Any]]] = {
    "registered": _once,
    "qualification": _qualification,
    "position": _position,
    "golongan": _measured("golongan"),
    "record_check": _day_only,
    "attendance": _measured("month"),
    "competency": _competency,
    "appraisal": _appraisal,
    "sanction": _sanction,
    "award": _award,
    "published_score": _measured("instrument", "period"),
    "culture": _measured("period", "assessor"),
    "potential": _measured("period", "assessor"),
    "assessment": _measured("aspect", "component", "period", "assessor"),
    "unit": _day_only,
}


def marks(
    match_key: bytes,
    *,
    fact: str,
    on: str,
    fields: Fields,
    open_names: frozenset[str],
    document: Fields | None,
) -> Marks:
    """The keyed hashes of a fact's row; `fields` are all of its fields with references resolved."""
    stated = {name: value for name, value in fields.items() if name not in _NOT_CONTENT}
    content = [fact, on, stated]
    gist = [fact, on, {n: v for n, v in stated.items() if n in open_names and n != "skp_id"}]
    natural = _KEYS.get(fact)
    keyed = hashlib.blake2b(digest_size=HASH_BYTES, key=match_key)
    of_content = _hash(keyed, content)
    return Marks(
        match=of_content
        if natural is None
        else _hash(keyed, [fact, *natural(fields, on, document)]),
        loose=_hash(keyed, [fact, *_competency_loose(fields)]) if fact == "competency" else None,
        content=of_content,
        gist=_hash(keyed, gist),
    )


def _hash(keyed: hashlib.blake2b, value: object) -> str:
    """`keyed_hash` with the key set before: a row has four of them."""
    one = keyed.copy()
    one.update(canonical_json(value))
    return one.hexdigest()


def act_mark(
    match_key: bytes, *, how: str, root: int, content: object, document: Fields | None
) -> str:
    """The keyed hash of a correct, annul or end on a document: the same one again adds nothing."""
    rests_on = None if document is None else [_document_number(document), document["date"]]
    return keyed_hash(match_key, [how, root, content, rests_on])
