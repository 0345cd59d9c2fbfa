"""What an import would do, row by row, in a form that two people can compare. Pure.

A preview is what a dry run found. Its digest commits to what becomes of every row, so that whoever
confirms an import confirms that and nothing else.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from api.intake.case_flags import OF_CASES
from api.intake.report import CONFLICTS, REFUSED, UNIT_FOUNDED, ImportReport, Seen, counts
from api.intake.rows import Place
from ledger.canonical import canonical_bytes
from ledger.events.base import EMPLOYEE
from ledger.events.reading import Draft

OUTCOMES: Final = ("new", "corrects", CONFLICTS, REFUSED, "confirmed", "same")
FLAGGED: Final = "flagged"
_SHOWN: Final = 4  # digits of a number: enough to find the row, too few to find the person


def preview_of(report: ImportReport) -> dict[str, Any]:
    """The preview of a report with `seen`: counts, units to be founded, rows in the order of the
    file, and the digest of it all. Numbers of persons are masked; cells are not in it.
    """
    flags: dict[tuple[Any, Any], list[dict[str, str]]] = {}
    for one in report.flagged:
        if one["file"] is not None and one["code"] != "CONFLICT_OTHER_CONTENT":
            where = one["sheet"], one["row"]
            flags.setdefault(where, []).append({k: one[k] for k in ("column", "code", "message")})
    errors = {(one["sheet"], one["row"]): one for one in report.refused}
    errors.update(_conflicts(report))
    seen = sorted((report.seen or {}).items(), key=lambda pair: _place(pair[0]))
    rows = [_row(place, one, flags, errors) for place, one in seen]
    units = sorted(one["message"] for one in report.flagged if one["code"] == UNIT_FOUNDED)
    whole = [error for error in report.as_json()["refused"] if error["row"] is None]
    found = dict(counts(report))
    found[FLAGGED] = sum(bool(row["flags"]) for row in rows)
    return {
        "forms": sorted({form for one in report.sources for form in one["forms"]}),
        "unread_sheets": [sheet for one in report.sources for sheet in one["unread_sheets"]],
        "counts": found,
        "unknown_form": bool(report.unknown_files),
        "file_errors": [_error(one) for one in whole],
        "units_founded": units,
        "outcome": _digest(rows, units),
        "rows": rows,
    }


def adds(preview: Mapping[str, Any]) -> int:
    """How many rows would record something."""
    return int(preview["counts"]["new"]) + int(preview["counts"]["corrects"])


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of one file of which something else would become than before, in their order."""
    was = {(row["sheet"], row["row"]): row for row in before["rows"]}
    found = []
    for row in after["rows"]:
        old = was.get((row["sheet"], row["row"]))
        if old is None or _committed(old) != _committed(row):
            place = {"sheet": row["sheet"], "row": row["row"]}
            told = {"from": None if old is None else old["outcome"], "to": row["outcome"]}
            found.append(place | told | {"code": row["code"]})
    return found


def some_rows(
    preview: Mapping[str, Any], *, outcome: str | None = None, after: int = 0, most: int = 500
) -> tuple[list[dict[str, Any]], int | None]:
    """Rows of one outcome (`flagged` is one), all without it; and where to go on, None at the end.

    Args:
        after: how many of them were read before.
    """
    wanted = [row for row in preview["rows"] if _is(row, outcome)]
    shown = wanted[after : after + most]
    rest = after + len(shown)
    return shown, rest if rest < len(wanted) else None


def kinds_of(preview: Mapping[str, Any]) -> dict[str, int]:
    """Kind of fact -> how many rows that record something state one."""
    found: Counter[str] = Counter()
    for row in preview["rows"]:
        if row["outcome"] in ("new", "corrects"):
            found.update({fact["fact"] for fact in row["facts"]})
    return dict(sorted(found.items()))


def masked(number: str) -> str:
    """A number of a person by its last digits."""
    return "…" + number[-_SHOWN:]


def _is(row: Mapping[str, Any], outcome: str | None) -> bool:
    if outcome == FLAGGED:
        return bool(row["flags"])
    return outcome is None or row["outcome"] == outcome


def _conflicts(report: ImportReport) -> Iterator[tuple[tuple[Any, Any], dict[str, Any]]]:
    for row in report.rejected:
        fault = row.errors[0]
        yield (row.place.sheet, row.place.row), {**fault._asdict(), "also": ()}


def _row(
    place: Place,
    one: Seen,
    flags: Mapping[tuple[Any, Any], list[dict[str, str]]],
    errors: Mapping[tuple[Any, Any], Mapping[str, Any]],
) -> dict[str, Any]:
    where = place.sheet, place.row
    wrong = errors.get(where) if one.code is not None else None
    also: Sequence[Mapping[str, Any]] = () if wrong is None else wrong["also"]
    return {
        "sheet": place.sheet,
        "row": place.row,
        "outcome": one.outcome,
        "code": one.code,
        "whose": _whose(one.drafts),
        "facts": [_fact(draft) for draft in one.drafts],
        "errors": [] if wrong is None else [_error(wrong), *map(_error, also)],
        "flags": flags.get(where, []),
    }


def _error(wrong: Mapping[str, Any]) -> dict[str, Any]:
    """An error without the cell it was found in."""
    return {key: wrong[key] for key in ("column", "code", "message", "who_must_act", "next_step")}


def _fact(draft: Draft) -> dict[str, Any]:
    inner = draft.replacement or draft
    return {"fact": draft.fact, "of": inner.fact, "on": inner.on}


def _whose(drafts: Sequence[Draft]) -> str | None:
    """The person by the last digits of the number, a unit by its code; None where unreadable."""
    if not drafts or drafts[0].subject is None:
        return None
    first = drafts[0]
    return masked(str(first.subject)) if first.owner == EMPLOYEE else first.subject


def _place(place: Place) -> tuple[str, int]:
    return place.sheet or "", place.row


def _committed(row: Mapping[str, Any]) -> list[Any]:
    """What of a row a confirmation commits to. Not what its steps put out of order in a case: that
    rests on what else is known, and is told wherever the case is shown.
    """
    flags = sorted(one["code"] for one in row["flags"] if one["code"] not in OF_CASES)
    return [row["sheet"], row["row"], row["outcome"], row["code"], flags]


def _digest(rows: Iterable[Mapping[str, Any]], units: Sequence[str]) -> str:
    told = canonical_bytes([[_committed(row) for row in rows], list(units)])
    return "sha256:" + hashlib.sha256(told).hexdigest()
