"""`report petikan`, `perbandingan`, `kasus`, `keputusan`, `sertifikat`: single answers as documents
to print or to send, with what they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli import cases, reporting
from api.cli.cases import Named
from api.cli.certificate_paper import certificate_command
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
    say,
)
from api.cli.comparing_paper import comparison_command
from api.cli.deciding import look_at_decision
from api.cli.naming import day_option, desk_on, today
from api.cli.paper_options import Number, Out, Person, Site, form_and_site, keep, made_of
from api.cli.scoring import AsOf, Instrument, KnownAt, Period, Position, Rules, Without
from api.cli.watched import given, looking_at
from api.naming import check_subject, fact_root
from api.outputs import decisions, rekap
from api.outputs.papers import links
from api.queries import cases as asking
from ledger.commands import decision_desk as desk
from ledger.errors import PersonUnknown
from ledger.vocabulary_agency import ReadingPurpose
from projections.asking import inquiry
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


app = typer.Typer(help="Documents to print or to send.", invoke_without_command=True)
app.command(rekap.NAME)(reporting.recap_command)
app.command("perbandingan")(comparison_command)
app.command("sertifikat")(certificate_command)


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
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Petikan rekam jejak: one person's answer with everything it rests on."""
    suffix, where = form_and_site(out, site)
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report petikan", actor, purpose, subject) as looker,
    ):
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
        looker.person(stream, instrument=instrument, as_of=question.as_of)
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
        made = made_of(ledger, "petikan", suffix, shown, (question.position, link, number))
    keep("petikan", made, out, as_json=as_json)


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
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Berita acara: one discipline case with its steps, clocks and findings."""
    suffix, where = form_and_site(out, site)
    subject = given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report kasus", actor, purpose, subject) as looker,
    ):
        stream = cases.person_of(ledger, subject)
        asked = cases.when(ledger, as_of, known_at, position)
        looker.person(stream, as_of=asked.as_of)
        desk = desk_on(ledger)
        shown = asking.whole(desk, stream, case, asked, named=True)
        if effect:
            named = str(shown["case"])
            shown["effect"] = asking.effect(desk, stream, named, asked, named=True)
        coordinates = [("as_of", asked.as_of.isoformat()), ("position", asked.position)]
        link = links.link_of(where, links.CASE, str(shown["case"]), asked=coordinates)
        made = made_of(ledger, "kasus", suffix, shown, (asked.position, link, number))
    keep("kasus", made, out, as_json=as_json)


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
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Berkas keputusan: the pinned basis, the candidates, the steps."""
    suffix, where = form_and_site(out, site)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "report keputusan", actor, ReadingPurpose.DECISION) as looker,
    ):
        one = desk.decision_of(ledger, ident)
        look_at_decision(looker, one)
        shown = decisions.whole(ledger, one)
        if again:
            found = recheck.recheck(ledger, one, today=today(ledger), now=now())
            shown["recheck"] = recheck.as_json(ledger, found)
            moved = shown["recheck"]["later"]["moved"]
            people = ledger.people([UUID(each["subject"]) for each in moved])
            for each in moved:
                each["person"] = people[UUID(each["subject"])]
        link = links.link_of(where, links.DECISION, ident)
        made = made_of(ledger, "keputusan", suffix, shown, (last_step(shown), link, number))
    keep("keputusan", made, out, as_json=as_json)


def last_step(shown: Mapping[str, Any]) -> int:
    """The position of the last step of a decision."""
    steps = (shown["drafted"], *shown["recommended"], shown["issued"], shown["revoked"])
    return max(int(step["position"]) for step in steps if step is not None)
