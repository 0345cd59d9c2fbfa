"""`report`: figures about many people as a document to print or to send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    now,
    opened,
    parsed_instant,
    print_json,
    progress_bar,
    say,
    warn,
)
from api.cli.naming import day_option, today
from api.cli.scoring import AsOf, KnownAt, Period, Position, Unit
from api.cli.watched import look_at_people, looking_at
from api.naming import unit_of
from api.outputs import rekap
from api.outputs.aside import known_suffix, written_aside
from ledger.application import Ledger
from ledger.canonical import decimal_text
from projections.answer import DigestOfAnswers
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.asking.recap import Recap, offices, recap
from projections.cohorts.cohort import cohort


def recap_command(
    out: Annotated[Path, typer.Option("--out", help="FILE.xlsx or FILE.pdf.", metavar="FILE")],
    as_of: AsOf = None,
    period: Period = None,
    known_at: KnownAt = None,
    position: Position = None,
    unit: Unit = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """The recapitulation as .xlsx or .pdf: the same question gives the same bytes."""
    suffix = known_suffix(out, rekap.SUFFIXES, "A report")
    day = None if as_of is None else day_option(as_of)
    ask = Ask(rekap.INSTRUMENT, day, period, parsed_instant(known_at), position)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report", actor, purpose) as looker,
    ):
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        look_at_people(looker, asked, unit)
        found, told = _counted(ledger, asked, unit, quiet=as_json)
        made = rekap.document(
            found,
            asked,
            agency=str(ledger.founded["agency_name"]),
            unit=unit,
            answers=told.count,
            digest=told.text(),
        )
        with written_aside(out) as stream:
            rekap.write(stream, suffix, made)
    if as_json:
        print_json(_shown(rekap.NAME, out, asked, found, told))
    else:
        whole = found.whole
        mean = "no mean" if whole.total is None else f"mean {whole.total} {whole.band}"
        say(f"{out}: {whole.people} people, {whole.measured} measured, {mean}, {told.text()}.")


def _shown(
    name: str, out: Path, asked: Asked, found: Recap, told: DigestOfAnswers
) -> dict[str, Any]:
    """The figures of the whole, as scripts read them."""
    whole = found.whole
    return {
        "report": name,
        "file": str(out),
        "as_of": asked.question.as_of.isoformat(),
        "position": asked.question.position,
        "people": whole.people,
        "measured": whole.measured,
        "provisional": whole.provisional,
        "not_computable": whole.not_computable,
        "not_applicable": whole.not_applicable,
        "left": found.left,
        "mean": None if whole.total is None else decimal_text(whole.total),
        "band": whole.band,
        "digest": told.text(),
    }


def _counted(
    ledger: Ledger, asked: Asked, unit: str | None, *, quiet: bool
) -> tuple[Recap, DigestOfAnswers]:
    """The recapitulation, and the digest of the answers that it rests on, as an export has it."""
    within = None
    if unit is not None:
        on = asked.question.as_of
        top = unit_of(asked.units, unit, on)
        within = frozenset(one.hex for one in asked.units.subtree(top, on))
    frame = inquiry.facts_table(ledger, warn).frame()
    found = cohort(asked.plan, frame, asked.question, enacted=asked.enacted)
    counted = recap(found, frame, offices(asked.units, asked.question.as_of), within=within)
    told = DigestOfAnswers()
    with progress_bar("people", found.numbers.height, quiet=quiet) as advance:
        for answer in found.answers():
            advance(1)
            if within is None or answer.unit in within:
                told.add(answer.as_json(with_facts=False)["digest"])
    return counted, told
