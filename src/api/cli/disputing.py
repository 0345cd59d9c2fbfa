"""`dispute`: contest a fact, see what is contested, and decide it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.common import (
    ADMINISTRATION,
    DEFAULT_URL,
    Actor,
    AsJson,
    Document,
    KeyFolder,
    LedgerUrl,
    Purpose,
    actor_or_account,
    document_of,
    open_text,
    opened,
    print_json,
    reason_of,
    say,
)
from api.cli.naming import subject_stream, today, unit_streams
from api.cli.watched import given, looking_at
from api.naming import fact_root, unit_of
from api.queries.disputes import shown
from ledger.application import Ledger
from ledger.commands import disputing
from ledger.commands.erasure import person_state
from ledger.vocabulary_agency import DisputeOutcome

Ident = Annotated[str, typer.Argument(help="Id of the dispute.", metavar="ID")]
Whose = Annotated[
    str | None,
    typer.Option("--subject", help="Whose fact: NIP, id or unit code; - reads standard input."),
]
Why = Annotated[str, typer.Option("--reason", help="Why; kept sealed.")]

app = typer.Typer(
    help="Contest a fact, see what is contested, and decide it.", no_args_is_help=True
)


@app.command("open")
def open_command(
    fact: Annotated[str, typer.Argument(help="Position or stream/version; a key with --subject.")],
    by: Annotated[str, typer.Option("--by", help="Who contests it: an office or an account.")],
    reason: Why,
    document: Document,
    ident: Annotated[str, typer.Option("--id", help="Id of the dispute, as a letter's number.")],
    subject: Whose = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Contest a fact: it counts on, flagged wherever it counts, until somebody decides."""
    who, rests_on, why = actor_or_account(actor), document_of(document), reason_of(reason)
    name, opener = open_text("--id", ident), open_text("--by", by)
    with opened(url, keys, live=True) as ledger:
        stream = None if subject is None else subject_stream(ledger, subject)
        ((of, root),) = fact_root(ledger, stream, [fact])
        one, new = disputing.contest(
            ledger,
            UUID(of),
            root,
            ident=name,
            by=opener,
            reason=why or "",
            document=rests_on,
            actor=who,
        )
        (told,) = disputing.told(ledger, [one])
    if as_json:
        print_json({"dispute": shown(told), "new": new})
        return
    _tell(shown(told))
    say("Opened." if new else "It was opened before. Nothing was added.")
    say(f"Somebody else decides it: asn-ledger dispute resolve {one.id} --outcome … --actor NAME")


@app.command("list")
def list_command(
    everything: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
    unit: Annotated[
        str | None, typer.Option("--unit", help="Of a unit, those below it and their members.")
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """What is contested, in order of opening."""
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "dispute list", actor, purpose) as looker,
    ):
        within = None if unit is None else unit_of(ledger.units(), unit, today(ledger))
        looker.people(within, on=today(ledger), position=ledger.store.head().position)
        streams = None if unit is None else {one.hex for one in unit_streams(ledger, unit)}
        known = [
            one
            for one in disputing.every_dispute(ledger)
            if (everything or one.open) and (streams is None or one.stream in streams)
        ]
        found = [shown(one) for one in disputing.told(ledger, known)]
    if as_json:
        print_json({"disputes": found})
        return
    for one in found:
        _tell(one)
    say(f"{len(found)} disputes." if found else "Nothing is contested.")


@app.command("show")
def show_command(
    ident: Ident,
    subject: Whose = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    purpose: Purpose = ADMINISTRATION,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """One dispute with its reasons, the fact as it stands, and what is left to do."""
    subject = None if subject is None else given(subject)
    with (
        opened(url, keys) as ledger,
        looking_at(ledger, "dispute show", actor, purpose, subject) as looker,
    ):
        stream = None if subject is None else subject_stream(ledger, subject)
        one = disputing.named(ledger, ident, stream=stream)
        of = UUID(one.stream)
        if person_state(ledger, of).registered:
            looker.person(of)
        found = _with_reasons(ledger, one.stream, one.id)
    if as_json:
        print_json(found)
        return
    _tell(found)
    for key, label in (("reason", "why contested"), ("outcome_reason", "why it ended so")):
        if found[key]:
            say(f"  {label}: {found[key]}")


@app.command("resolve")
def resolve_command(
    ident: Ident,
    outcome: Annotated[
        DisputeOutcome,
        typer.Option("--outcome", help="Upheld, rejected or withdrawn.", case_sensitive=False),
    ],
    reason: Why,
    document: Document,
    subject: Whose = None,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Decide a dispute; whoever opened it may only withdraw it."""
    who, rests_on, why = actor_or_account(actor), document_of(document), reason_of(reason)
    with opened(url, keys, live=True) as ledger:
        stream = None if subject is None else subject_stream(ledger, subject)
        found = disputing.named(ledger, ident, stream=stream)
        one, new = disputing.resolve(
            ledger,
            UUID(found.stream),
            ident,
            outcome=outcome,
            reason=why or "",
            document=rests_on,
            actor=who,
        )
        (told,) = disputing.told(ledger, [one])
    if as_json:
        print_json({"dispute": shown(told), "new": new})
        return
    _tell(shown(told))
    if not new:
        say("It ended so before. Nothing was added.")


def _with_reasons(ledger: Ledger, stream: str, ident: str) -> dict[str, Any]:
    one = disputing.named(ledger, ident, stream=UUID(stream))
    (told,) = disputing.told(ledger, [one])
    why, ended = disputing.reasons(ledger, one)
    return {**shown(told), "reason": why, "outcome_reason": ended}


def _tell(one: dict[str, Any]) -> None:
    fact = one["fact"]
    about = (
        f"{fact['kind']} of {fact['effective_on']}" if fact["stands"] else "a fact annulled since"
    )
    say(f"{one['id']}  {one['state']}: {about}, {fact['stream']}/{fact['root']}")
    say(
        f"  contested by {one['by']}, {_document(one['document'])}, recorded"
        f" {one['recorded_at'][:10]} by {one['actor']} at position {one['position']}"
    )
    ended = one["resolved"]
    if ended:
        say(
            f"  ended {ended['outcome']}, {_document(ended['document'])}, by {ended['actor']}"
            f" at position {ended['position']}"
        )
    if one["next"] == "correct_or_annul":
        say(
            f"  Now correct or annul the fact: import a `correct` or `annul` with target"
            f" {fact['stream']}/{fact['version']} and its document."
        )


def _document(document: dict[str, Any] | None) -> str:
    if document is None:
        return "no document"
    return f"{document['kind']} {document['number']} of {document['date']}"
