"""Everything `verify` looks at beside the stored log: the facts table, scores, the shipped files.

The log itself is verified by `ledger.verifying`, which shares no code with the writer. What is here
needs the program's own reading of events, so it comes after, and only over a log that can be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import make_url

from ledger.application import Ledger, today_in
from ledger.errors import LedgerError
from ledger.storage.store import EventStore
from ledger.verifying.book import Enactment
from ledger.verifying.findings import Findings
from ledger.verifying.stored import SQLITE
from ledger.verifying.whole import Verified
from projections.asking import inquiry
from projections.asking.score_check import check_scores
from projections.language import shipped
from projections.table.facts_table import folder_for
from projections.table.table_check import check_table

# What makes reading the log through the program's own eyes pointless or impossible.
_UNREADABLE = frozenset({"table_missing", "row_unreadable", "column_malformed", "position_gap",
                         "position_twice", "position_stray", "topic_unknown", "shape_differs",
                         "founding_missing"})  # fmt: skip


def check_read_models(url: str, verified: Verified) -> int | None:
    """The facts table against the log; how many segments, None where the log cannot be read."""
    if verified.origin is None or _UNREADABLE & verified.findings.counts.keys():
        return None
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == SQLITE
    database = Path(str(parsed.database)) if sqlite else None
    folder = folder_for(database, var=Path("var"), origin=verified.origin)
    if not folder.is_dir():
        return 0
    try:
        with EventStore.open(url) as store:
            return check_table(store, folder, verified.findings)
    except LedgerError:
        return None  # what keeps the store from opening was found before


def check_all_scores(
    url: str,
    keys: Path | None,
    findings: Findings,
    *,
    now: datetime,
    tell: Callable[[int], None],
    report: Callable[[str], None],
) -> int:
    """Both interpreters for everybody and every instrument in force; how many scores.

    Raises:
        LedgerError: the ledger cannot be opened for questions.
    """
    ledger = Ledger.open(url, keys=keys)
    try:
        return check_scores(
            ledger,
            inquiry.facts_table(ledger, report),
            findings,
            today=today_in(str(ledger.founded["timezone"]), now),
            now=now,
            tell=tell,
        )
    finally:
        ledger.close()


def check_shipped(enacted: Sequence[Enactment], findings: Findings) -> None:
    """The instruments beside the program against the texts enacted under the same decree.

    A file that was changed harms no score, which rests on the enacted text; it harms whoever reads
    the file and believes it.
    """
    known: dict[tuple[str, str], set[str]] = {}
    for one in enacted:
        known.setdefault((one.instrument, one.decree), set()).add(one.sha256)
    for name in shipped.names():
        text = shipped.text(name)
        told = _named(text)
        digests = known.get(told) if told is not None else None
        if told is None or (digests and hashlib.sha256(text).hexdigest() not in digests):
            findings.add("shipped_instrument_differs", name)


def _named(text: bytes) -> tuple[str, str] | None:
    try:
        told = yaml.safe_load(text)
        return str(told["instrument"]), str(told["decree"])
    except (yaml.YAMLError, ValueError, KeyError, TypeError):
        return None


def as_json(verified: Verified, *, segments: int | None, scores: int | None) -> dict[str, object]:
    """The object that `verify --json` prints."""
    findings = verified.findings
    return {
        "place": verified.place,
        "origin": verified.origin,
        "size": verified.size,
        "root": verified.root.hex(),
        "recorded_at": verified.recorded_at,
        "streams": verified.streams,
        "checkpoints": verified.checkpoints,
        "looks": verified.looks,
        "compared_with": verified.claims,
        "segments": segments,
        "scores": scores,
        "clean": verified.clean,
        "counts": dict(sorted(findings.counts.items())),
        "findings": [one.as_json() for one in findings.in_order()],
    }
