"""The plane of a person's record: which of its facts are shown, and each as a rectangle. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.web import formats
from api.web.record_view import REPLACING, address

Json = Mapping[str, Any]
Rows = list[dict[str, Any]]
READ, REPLACED, EVERYTHING = "dibaca", "diganti", "semua"


def planes(record: Json) -> list[str]:
    """The choices of the plane that hold anything: read by the rules, replaced, everything."""
    found = [READ] if _read(record) else []
    if any(one["replaced_by"] for one in record["events"]):
        found.append(REPLACED)
    return [*found, EVERYTHING]


def boxes(record: Json, choice: str) -> Rows:
    """Facts as rectangles of legal days by knowledge, corrections as rectangles that begin where
    the corrected ones end.
    """
    by_position = {one["position"]: one for one in record["events"]}
    wanted = _chosen(record, by_position, choice)
    return [
        _box(one, by_position)
        for one in record["events"]
        if one["position"] in wanted and _stated(one) is not None
    ]


def _chosen(record: Json, by_position: Mapping[int, Json], choice: str) -> set[int]:
    replaced = {
        position
        for one in record["events"]
        if one["replaced_by"] is not None
        for position in (one["position"], one["replaced_by"])
    }
    if choice == REPLACED:
        return replaced
    return _read(record) | replaced if choice == READ else set(by_position)


def _read(record: Json) -> set[int]:
    """The positions of all facts that the rules read for the answer."""
    return {
        use["position"]
        for _, measure in _measures(record["score"]["measures"], "")
        for use in measure["facts"]
    }


def _measures(measures: Sequence[Json], above: str) -> Iterator[tuple[str, Json]]:
    for one in measures:
        yield above + one["measure"], one
        yield from _measures(one["measures"], f"{above}{one['measure']}/")


def _stated(event: Json) -> tuple[str, str | None] | None:
    """From when and until when an event says that its fact counts; None where it states none. An
    appraisal counts for its period.
    """
    fields = event["fields"]
    kind, on = event["fact"], event["effective_on"]
    if kind == "correct":
        kind, on, fields = fields["fact"], fields["effective_on"], fields["fields"]
    elif kind in REPLACING:
        return None
    if on is None:
        return None
    if kind == "appraisal" and fields.get("from") and fields.get("to"):
        return fields["from"], formats.next_day(fields["to"])
    return on, fields.get("until")


def _box(event: Json, by_position: Mapping[int, Json]) -> dict[str, Any]:
    stated = _stated(event) or ("", None)
    heir = by_position.get(event["replaced_by"] or 0)
    kind = "held" if heir is None else "annulled" if heir["fact"] == "annul" else "replaced"
    return {
        "label": formats.number(event["position"]),
        "from": stated[0],
        "until": stated[1],
        "known_from": event["recorded_at"],
        "known_until": None if heir is None else heir["recorded_at"],
        "kind": kind,
        "href": address(event["position"]),
    }
