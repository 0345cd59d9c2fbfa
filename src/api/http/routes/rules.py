"""Instruments: their texts and versions, trying a change, and proposing to enact or repeal one."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import enacting
from api.access import policy
from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.http import commanding, guard
from api.http.answers import answer
from api.http.caching import unchanged, validator
from api.http.commanding import After
from api.http.coordinates import When, Whens
from api.http.guard import DeskHere
from api.http.shapes import Instrument, Instruments, Recorded, TriedOut
from api.naming import unit_of
from api.queries import enacting as changing
from api.queries import rules, trying
from api.queries.within import people_within
from ledger.access.access_entry import of_set
from ledger.errors import BadValue, Misuse, UnitUnknown
from ledger.fields import DAY, IDENT, WORD, read_sealed_text
from ledger.vocabulary_agency import ReadingPurpose
from projections.asking.inquiry import Ask
from projections.language.document import MAX_BYTES

router = APIRouter(tags=["instruments"])
YAML = "application/yaml"
_IMMUTABLE = "private, max-age=31536000, immutable"  # of whoever is signed in, and never another

Name = Annotated[
    str,
    Path(
        pattern="^[a-z0-9][a-z0-9-]{0,63}$",
        description="An instrument, as `ip-asn`, or a draft that comes with the program.",
    ),
]
Which = Annotated[
    str,
    Path(
        pattern="^[a-z0-9][a-z0-9-]{0,63}$",
        description="Where a text was enacted (its position), or the name of a draft.",
    ),
]
ReadsRules = Annotated[Reader, Depends(guard.allow(Action.READ_RULES))]
Tries = Annotated[Reader, Depends(guard.allow(Action.TRY_RULES))]
Proposes = Annotated[Reader, Depends(guard.allow(Action.PROPOSE_RULES))]
Changes = Annotated[
    list[str] | None,
    Query(
        alias="set",
        max_length=trying.MOST_CHANGES,
        description="A parameter as if it were another: `measures.kinerja.max=25`, several times.",
    ),
]
About = Annotated[UUID | None, Query(description="Try it on this person.")]
Within = Annotated[
    str | None, Query(max_length=200, description="Try it on this unit and all below it.")
]


class Document(BaseModel):
    """What a proposal rests on."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(examples=["SK"])
    number: str = Field(examples=["800/12/2024"])
    date: str = Field(examples=["2024-02-01"])


class Enacting(BaseModel):
    """A text that is to come into force: itself, or the name of a draft."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(None, max_length=MAX_BYTES, description="The YAML of the text.")
    draft: str | None = Field(None, max_length=64, description="A draft that is at hand.")
    document: Document
    reason: str | None = Field(None, max_length=2_000)


class Repealing(BaseModel):
    """Which text is no longer to hold."""

    model_config = ConfigDict(extra="forbid")
    decree: str | None = Field(None, max_length=200)
    document: Document
    reason: str | None = Field(None, max_length=2_000)


class Trying(BaseModel):
    """What is tried, and on whom: one person, a unit, or by default everybody within reach."""

    model_config = ConfigDict(extra="forbid")
    changes: list[str] = Field(
        default_factory=list,
        max_length=trying.MOST_CHANGES,
        description="PATH=VALUE each, as `measures.kinerja.max=25`.",
    )
    text: str | None = Field(None, max_length=MAX_BYTES, description="A whole text instead.")
    person: UUID | None = None
    unit: str | None = Field(None, max_length=200)


def at_of(request: Request, when: When) -> rules.At:
    """Where a question about the rule book stands.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused.
    """
    desk = guard.desk_of(request)
    position, known_at = desk.placed(when.position, when.known_at)
    return rules.At(desk.today() if when.as_of is None else when.as_of, position, known_at)


@router.get("/instruments", response_model=Instruments)
def instruments(request: Request, _: ReadsRules, desk: DeskHere, when: Whens) -> Response:
    """Every text that was enacted, in force or not, repealed ones too, and the drafts at hand."""
    at = at_of(request, when)
    version = changing.version(desk)
    tag = validator(("instruments", version, *at))
    found = unchanged(request, tag)
    if found is None:
        found = answer({**rules.listed(desk.ledger, at), "version": version}, tag=tag)
    return found


@router.get("/instruments/{name}", response_model=Instrument)
def instrument(
    request: Request,
    name: Name,
    _: ReadsRules,
    desk: DeskHere,
    when: Whens,
    decree: Annotated[
        str | None, Query(max_length=200, alias="rules", description="A decree, not in force too.")
    ] = None,
) -> Response:
    """What a text says: each parameter with its article and how sure it is, each rule in full, and
    all versions side by side.
    """
    at = at_of(request, when)
    version = changing.version(desk)
    tag = validator(("instrument", name, decree, version, *at))
    found = unchanged(request, tag)
    if found is None:
        shown = rules.instrument_shown(desk.ledger, at, name, decree)
        found = answer({**shown, "version": version}, tag=tag)
    return found


@router.get("/instruments/{name}/try", response_model=TriedOut)
def try_by_address(
    request: Request,
    name: Name,
    reader: Tries,
    when: Whens,
    changes: Changes = None,
    person: About = None,
    unit: Within = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """What changed parameters would do to a person, a unit or everybody: an address to share."""
    given = Trying(changes=changes or [], text=None, person=person, unit=unit)
    why = purpose or purpose_header
    return answer(tried(request, name, reader, when, given, why))


@router.post("/instruments/{name}/try", response_model=TriedOut)
def try_by_body(
    request: Request,
    name: Name,
    reader: Tries,
    when: Whens,
    given: Annotated[Trying, Body()],
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """The same with changes in the body, or with a whole text that is enacted nowhere. Nothing is
    stored, so no version is asked for.
    """
    why = purpose or purpose_header
    return answer(tried(request, name, reader, when, given, why))


def tried(
    request: Request,
    name: str,
    reader: Reader,
    when: When,
    given: Trying,
    why: ReadingPurpose | None,
) -> dict[str, Any]:
    """What a changed text would do to whom the reader may see; the look is written down first.

    Raises:
        Misuse: both a person and a unit. NotThere: no such person or unit, or none to be seen. What
            making the text raises.
    """
    if given.person is not None and given.unit is not None:
        raise Misuse("A person and a unit are named.", next_step="Try it on one of them.")
    desk = guard.desk_of(request)
    today, now, ledger = desk.today(), desk.now(), desk.ledger
    ask = Ask(name, when.as_of, None, when.known_at, when.position, None)
    if given.text is not None:
        text = trying.with_changes("the text sent", given.text.encode(), given.changes)
    else:
        text = trying.named(ledger, ask, given.changes, today=today, now=now)
    what = trying.tried(ledger, ask, text, given.changes, today=today, now=now)
    if given.person is not None:
        read = guard.read_person(Action.READ_RECORD)(request, given.person, why, None)
        named = guard.may_see(read, Action.READ_IDENTITY)
        return trying.on_person(ledger, what, read.stream, named=named)
    unit = _unit(request, reader, given.unit)
    purpose = guard.purpose_of(request, reader, None, why)
    question = what.after.question
    told = {"what": "try", "instrument": text.plan.instrument, "position": question.position}
    look = of_set(reader.account, purpose, unit, {**told, "as_of": question.as_of.isoformat()})
    guard.access_of(request).record(look)
    among = people_within(desk, guard.standing_of(request), reader, Action.READ_RECORD)
    named = reach(reader, Action.READ_IDENTITY).anything
    frame = desk.table().frame()
    return trying.on_people(ledger, frame, what, unit, named=named, among=among)


def _unit(request: Request, reader: Reader, code: str | None) -> UUID | None:
    """The unit on whose people it is tried; None for everybody, by whoever reaches everybody.

    Raises:
        Misuse: a reader of some units names none. NotThere.
    """
    desk = guard.desk_of(request)
    if code is None:
        if reach(reader, Action.TRY_RULES).everything:
            return None
        raise Misuse("Your roles do not reach the whole agency.", next_step="Name a unit of yours.")
    try:
        unit = unit_of(desk.units(), code, desk.today())
    except UnitUnknown:
        raise guard.no_unit_here() from None
    target = guard.standing_of(request).of_unit(unit, desk.today())
    if not policy.may(reader, Action.TRY_RULES, target):
        raise guard.no_unit_here()
    return unit


@router.get(
    "/instruments/{name}/{which}",
    response_class=Response,
    responses={200: {"content": {YAML: {"schema": {"type": "string"}}}}},
)
def text(name: Name, which: Which, _: ReadsRules, desk: DeskHere) -> Response:
    """The text itself, byte for byte as it was enacted; it never changes."""
    raw = rules.raw_text(desk.ledger, name, which)
    fixed = which.isdigit()  # a draft is of this version of the program
    return Response(raw, media_type=YAML, headers={"Cache-Control": _IMMUTABLE} if fixed else None)


@router.post("/instruments", response_model=Recorded, responses=commanding.statuses(Recorded))
def enact(
    reader: Proposes,
    desk: DeskHere,
    sent: After,
    given: Annotated[Enacting, Body()],
) -> Response:
    """Propose that a text comes into force; a second person confirms it. A dry run says what it
    would change. If-Match takes the `version` of the list of instruments.
    """
    text = text_of(given)
    document, reason = document_of(given.document), reason_of(given.reason)

    def do() -> object:
        return enacting.propose_enactment(
            desk.ledger, text, actor=reader.account, document=document, reason=reason
        )

    said = {"do": "enact", "sha256": text.sha256, "document": document, "reason": reason}
    more = {"effect": changing.effect_of_enacting(desk, text)} if sent.dry else {}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=desk.ledger.stream)
    return commanding.responded(desk, done, **more)


@router.post(
    "/instruments/{name}/repeal", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def repeal(
    name: Name,
    reader: Proposes,
    desk: DeskHere,
    sent: After,
    given: Annotated[Repealing, Body()],
) -> Response:
    """Propose that an enactment no longer holds; a second person confirms it. A dry run says what
    it would change.
    """
    document, reason = document_of(given.document), reason_of(given.reason)

    def do() -> object:
        book = desk.ledger.rulebook()
        found = enacting.enactment_named(book, name, given.decree)
        return enacting.propose_repeal(
            desk.ledger, found, actor=reader.account, document=document, reason=reason
        )

    rest = {"document": document, "reason": reason}
    said = {"do": "repeal", "instrument": name, "decree": given.decree, **rest}
    more = {}
    if sent.dry:
        found = enacting.enactment_named(desk.ledger.rulebook(), name, given.decree)
        more = {"effect": changing.effect_of_repealing(desk, found)}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=desk.ledger.stream)
    return commanding.responded(desk, done, **more)


def text_of(given: Enacting) -> enacting.Text:
    """The text of a proposal, checked.

    Raises:
        Misuse: neither or both are given. TextUnknown, DocumentRefused.
    """
    if (given.text is None) == (given.draft is None):
        raise Misuse(
            "A text, or the name of a draft, is to be enacted.", next_step="Give one of the two."
        )
    if given.text is not None:
        return enacting.checked(given.text.encode(), file="the text sent")
    name, raw = enacting.shipped_text(given.draft or "")
    return enacting.checked(raw, file=name)


def document_of(given: Document) -> dict[str, str]:
    """What a proposal rests on, as an event states it.

    Raises:
        Misuse.
    """
    try:
        return {
            "kind": WORD.read(given.kind),
            "number": IDENT.read(given.number),
            "date": DAY.read(given.date),
        }
    except BadValue as fault:
        raise Misuse(
            f"The document cannot be read. {fault.message}", next_step=fault.next_step
        ) from None


def reason_of(given: str | None) -> str | None:
    """A reason, as it is sealed.

    Raises:
        Misuse.
    """
    try:
        return None if not given else read_sealed_text(given)
    except BadValue as fault:
        raise Misuse(f"The reason: {fault.message}", next_step=fault.next_step) from None
