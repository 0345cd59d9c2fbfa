"""`report petikan`, `perbandingan`, `kasus`, `keputusan`, `sertifikat`: single answers as documents
to print or to send, with what they rest on.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from api.cli import cases, reporting
from api.cli.cases import Named
from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    Purpose,
    now,
    open_text,
    opened,
    parsed_instant,
    print_json,
    say,
)
from api.cli.comparing import days_of, difference_of, sides_of
from api.cli.files import read_limited
from api.cli.naming import day_option, today
from api.cli.scoring import AsOf, Instrument, KnownAt, Period, Position, Rules, Without
from api.naming import check_subject, fact_root
from api.outputs import decisions, rekap, twins
from api.outputs.aside import known_suffix, written_aside
from api.outputs.papers import links
from api.outputs.papers.context import context_of
from ledger import decision_desk as desk
from ledger.application import Ledger
from ledger.bundle_check import Proven
from ledger.checkpoint_store import CheckpointRefused, read_checkpoint
from ledger.errors import LedgerError, Misuse, PersonUnknown
from projections.asking import certificate, inquiry
from projections.asking.inquiry import Ask
from projections.asking.record import record_of
from projections.decisions import recheck

REPORTS = {
    rekap.NAME: "mean IP-ASN per perangkat daerah, jenis jabatan, jenjang, pendidikan, sex",
    "petikan": "one person: who, the score with its measures, the facts it read, the record",
    "perbandingan": "two answers about one person, and the causes that add up",
    "kasus": "one discipline case: steps, clocks, findings with their articles, sanctions",
    "keputusan": "one decision: pinned basis, candidates with requirements, steps",
    "sertifikat": "a certificate that was checked, on paper",
}
_SITE = re.compile(r"https?://[^\s?#]+")


class CertificateForeign(LedgerError):
    """A certificate that is right in itself and of another ledger."""

    code = "certificate_foreign"


Out = Annotated[
    Path, typer.Option("--out", help="FILE.pdf, FILE.xlsx or FILE.csv.", metavar="FILE")
]
Person = Annotated[
    str, typer.Argument(help="NIP or id; - reads standard input.", metavar="SUBJECT")
]
Number = Annotated[str | None, typer.Option("--number", help="Of the letter.", metavar="N")]
Site = Annotated[
    str | None,
    typer.Option(
        "--site",
        envvar="ASN_LEDGER_SITE",
        help="Where the pages are; its address goes into the QR code.",
        metavar="URL",
    ),
]


app = typer.Typer(help="Documents to print or to send.", invoke_without_command=True)
app.command(rekap.NAME)(reporting.recap_command)


@app.callback()
def list_command(called: typer.Context, as_json: AsJson = False) -> None:
    """Documents to print or to send; without a name, those there are."""
    if called.invoked_subcommand is not None:
        return
    if as_json:
        print_json({"reports": [{"report": name, "what": what} for name, what in REPORTS.items()]})
        return
    for name, what in REPORTS.items():
        say(f"{name}: {what}")


@app.command("petikan")
def extract_command(
    subject: Person,
    instrument: Instrument,
    out: Out,
    as_of: AsOf = None,
    period: Period = None,
    known_at: KnownAt = None,
    position: Position = None,
    rules: Rules = None,
    without: Without = None,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = "administration",  # noqa: ARG001 - of the contract; kept by the access log
    as_json: AsJson = False,
) -> None:
    """Petikan rekam jejak: one person's answer with everything it rests on."""
    suffix, where = _asked(out, site)
    with opened(url, keys) as ledger:
        stream = cases.person_of(ledger, subject)
        ask = Ask(
            instrument,
            None if as_of is None else day_option(as_of),
            period,
            parsed_instant(known_at),
            position,
            rules,
            fact_root(ledger, stream, without or []),
        )
        asked = inquiry.resolve(ledger, ask, today=today(ledger), now=now())
        check_subject(asked, stream)
        if not inquiry.is_known(ledger, asked, stream):
            raise PersonUnknown(
                "This person was not on record at that position.", next_step="Ask at a later one."
            )
        question = asked.question
        shown = inquiry.one(ledger, asked, stream).as_json(with_facts=True)
        shown["person"] = ledger.person(stream)
        shown["events"] = record_of(ledger, stream, question.position)
        coordinates = [
            ("instrument", instrument),
            ("as_of", question.as_of.isoformat()),
            ("position", question.position),
            ("rules", rules),
            *[("without", one) for one in (shown["hypothetical"] or {}).get("without", ())],
        ]
        link = links.link_of(where, links.RECORD, stream.hex, asked=coordinates)
        made = _made(ledger, "petikan", suffix, shown, (question.position, link, number))
    _keep("petikan", made, out, as_json=as_json)


@app.command("perbandingan")
def comparison_command(
    subject: Person,
    instrument: Instrument,
    out: Out,
    from_day: Annotated[
        str | None, typer.Option("--from", help="Legal day to start from.", metavar="D")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", help="Legal day to end at; default today.", metavar="D")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Legal day of both sides.", metavar="D")
    ] = None,
    known_from: Annotated[
        str | None, typer.Option("--known-from", help="As known then.", metavar="T")
    ] = None,
    known_to: Annotated[
        str | None, typer.Option("--known-to", help="As known then; default now.", metavar="T")
    ] = None,
    position_from: Annotated[
        int | None, typer.Option("--position-from", help="As known there.", metavar="N")
    ] = None,
    position_to: Annotated[
        int | None, typer.Option("--position-to", help="As known there.", metavar="N")
    ] = None,
    rules_from: Annotated[
        str | None, typer.Option("--rules-from", help="Under this decree.", metavar="DECREE")
    ] = None,
    rules_to: Annotated[
        str | None, typer.Option("--rules-to", help="Under this decree.", metavar="DECREE")
    ] = None,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = "administration",  # noqa: ARG001 - of the contract; kept by the access log
    as_json: AsJson = False,
) -> None:
    """Perbandingan: two answers about one person, and why they differ."""
    suffix, where = _asked(out, site)
    days = days_of(from_day, to_day, as_of)
    with opened(url, keys) as ledger:
        stream = cases.person_of(ledger, subject)
        sides = sides_of(
            ledger,
            instrument,
            days,
            known=(known_from, known_to),
            positions=(position_from, position_to),
            rules=(rules_from, rules_to),
        )
        check_subject(sides[1], stream)
        shown = difference_of(ledger, sides, stream)
        first, last = (side.question for side in sides)
        coordinates = [
            ("instrument", instrument),
            ("from", first.as_of.isoformat()),
            ("to", last.as_of.isoformat()),
            ("position_from", first.position),
            ("position_to", last.position),
            ("rules_from", rules_from),
            ("rules_to", rules_to),
        ]
        link = links.link_of(where, links.COMPARISON, stream.hex, asked=coordinates)
        latest = max(first.position, last.position)
        made = _made(ledger, "perbandingan", suffix, shown, (latest, link, number))
    _keep("perbandingan", made, out, as_json=as_json)


@app.command("kasus")
def case_command(
    subject: Person,
    out: Out,
    case: Named = None,
    effect: Annotated[
        bool, typer.Option("--effect", help="With what follows without the case, as a simulation.")
    ] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = "administration",  # noqa: ARG001 - of the contract; kept by the access log
    as_json: AsJson = False,
) -> None:
    """Berita acara: one discipline case with its steps, clocks and findings."""
    suffix, where = _asked(out, site)
    with opened(url, keys) as ledger:
        stream = cases.person_of(ledger, subject)
        asked = cases.when(ledger, as_of, known_at, position)
        shown = cases.case_of(ledger, stream, case, asked)
        if effect:
            shown["effect"] = cases.effect_of(ledger, stream, str(shown["case"]), asked)
        coordinates = [("as_of", asked.as_of.isoformat()), ("position", asked.position)]
        link = links.link_of(where, links.CASE, str(shown["case"]), asked=coordinates)
        made = _made(ledger, "kasus", suffix, shown, (asked.position, link, number))
    _keep("kasus", made, out, as_json=as_json)


@app.command("keputusan")
def decision_command(
    ident: Annotated[str, typer.Argument(help="As `decision list` shows it.", metavar="ID")],
    out: Out,
    again: Annotated[
        bool, typer.Option("--recheck", help="With the basis replayed, and what came later.")
    ] = False,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Berkas keputusan: the pinned basis, the candidates, the steps."""
    suffix, where = _asked(out, site)
    with opened(url, keys) as ledger:
        one = desk.decisions_of(ledger).named(ident)
        shown = decisions.whole(ledger, one)
        if again:
            found = recheck.recheck(ledger, one, today=today(ledger), now=now())
            shown["recheck"] = recheck.as_json(ledger, found)
            moved = shown["recheck"]["later"]["moved"]
            people = ledger.people([UUID(each["subject"]) for each in moved])
            for each in moved:
                each["person"] = people[UUID(each["subject"])]
        link = links.link_of(where, links.DECISION, ident)
        made = _made(ledger, "keputusan", suffix, shown, (last_step(shown), link, number))
    _keep("keputusan", made, out, as_json=as_json)


def last_step(shown: Mapping[str, Any]) -> int:
    """The position of the last step of a decision."""
    steps = (shown["drafted"], *shown["recommended"], shown["issued"], shown["revoked"])
    return max(int(step["position"]) for step in steps if step is not None)


@app.command("sertifikat")
def certificate_command(
    file: Annotated[Path, typer.Argument(help="As `score --certificate` writes it.")],
    out: Out,
    number: Number = None,
    site: Site = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = "administration",  # noqa: ARG001 - of the contract; kept by the access log
    as_json: AsJson = False,
) -> None:
    """Sertifikat nilai: a certificate of this ledger, checked and computed again, on paper."""
    suffix, where = _asked(out, site)
    data = read_limited(file, certificate.BYTES_MAX)
    with opened(url, keys) as ledger:
        certified = certificate.check(data)
        _check_own(ledger, certified.proven)
        shown = dict(certified.answer)
        stream = UUID(shown["subject"])
        shown["person"] = ledger.person(stream)
        shown["certificate"] = _proof(data, certified.proven)
        coordinates = [
            ("instrument", shown["instrument"]),
            ("as_of", shown["as_of"]),
            ("position", shown["position"]),
        ]
        link = links.link_of(where, links.RECORD, stream.hex, asked=coordinates)
        made = _made(ledger, "sertifikat", suffix, shown, (certified.proven.size, link, number))
    _keep("sertifikat", made, out, as_json=as_json)


def _check_own(ledger: Ledger, proven: Proven) -> None:
    """Refuse a certificate whose checkpoint this ledger never signed: it proves itself only.

    Raises:
        CertificateForeign.
    """
    try:
        own = read_checkpoint(ledger.store, proven.size).checkpoint
    except CheckpointRefused:
        own = None
    if own is None or (own.origin, own.root) != (proven.origin, proven.root):
        raise CertificateForeign(
            "The certificate rests on a checkpoint that this ledger did not sign.",
            next_step="Name the ledger that it is of with --ledger, or ask for a new certificate.",
        )


def _proof(data: bytes, proven: Proven) -> dict[str, Any]:
    """What the paper says of a certificate that was checked."""
    whole = orjson.loads(data)
    return {
        "digest": whole["digest"],
        "size": proven.size,
        "root": base64.b64encode(proven.root).decode(),
        "events": proven.events,
        "note": whole["checkpoint"],
    }


def _asked(out: Path, site: str | None) -> tuple[str, str | None]:
    """The form of the file, and the address of the site.

    Raises:
        Misuse: another ending, or no address.
    """
    if site is not None and _SITE.fullmatch(site) is None:
        raise Misuse(
            "--site is no address of a site.",
            next_step="Write it as https://kinerja.example.go.id.",
        )
    return known_suffix(out, twins.SUFFIXES, "A document"), site


def _made(
    ledger: Ledger,
    kind: str,
    suffix: str,
    shown: Mapping[str, Any],
    rests: tuple[int, str | None, str | None],
) -> bytes:
    """The file; `rests` are the position it rests on, its link and the number of its letter."""
    position, link, number = rests
    if number is not None:
        number = open_text("--number", number)
    context = context_of(ledger, position, link=link, number=number)
    return twins.write(kind, suffix, shown, context).data


def _keep(kind: str, made: bytes, out: Path, *, as_json: bool) -> None:
    with written_aside(out) as stream:
        stream.write(made)
    digest = hashlib.sha256(made).hexdigest()
    if as_json:
        print_json({"report": kind, "file": str(out), "bytes": len(made), "sha256": digest})
    else:
        say(f"{out}: {len(made)} bytes, sha256 {digest}.")
