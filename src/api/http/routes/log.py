"""The log in public: checkpoints, tiles and proofs, in the forms of C2SP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import PlainTextResponse, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard
from api.http.accepting import chosen
from api.http.answers import JSON, answer
from api.http.caching import FOREVER, PRIVATE, unchanged, validator
from api.http.event_guard import event_read
from api.http.guard import PERMISSION, DeskHere, PersonRead, SettingsHere
from api.http.paging import Pages, link_next, written
from api.http.problems import NotThere
from api.http.shapes_log import Checkpoints, CheckpointShown, Proof
from api.http.tile_path import level_of, tile_place
from api.queries import proofs
from ledger.access.access_entry import of_set
from ledger.checkpoints import checkpoint
from ledger.errors import Misuse
from ledger.proofs import note as notes
from ledger.proofs import proof_forms
from ledger.proofs.note import MAX_NOTE_BYTES

router = APIRouter(prefix="/log", tags=["log"])
TEXT = "text/plain"
BYTES = "application/octet-stream"
Responses = dict[int | str, dict[str, Any]]
_TEXTS: Responses = {200: {"content": {TEXT: {"schema": {"type": "string"}}}}}
_FORMS: Responses = {200: {"content": {JSON: {}, TEXT: {"schema": {"type": "string"}}}}}
_TILES: Responses = {200: {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}

READ_LOG = [Depends(guard.allow(Action.READ_LOG))]
Under = Annotated[
    int | None,
    Query(ge=1, le=2**53, description="Under the checkpoint of this size; default: the latest."),
]
TileIndex = Annotated[
    str, Path(max_length=100, description="As `x001/234`; a partial tile as `x001/234.p/7`.")
]


@router.get(
    "/checkpoint", response_class=PlainTextResponse, responses=_TEXTS, dependencies=READ_LOG
)
def latest_checkpoint(request: Request, desk: DeskHere) -> Response:
    """The latest checkpoint: a signed note (C2SP tlog-checkpoint) with all cosignatures."""
    taken = proofs.latest(desk)
    text = taken.text()
    tag = validator(("checkpoint", text))
    response = unchanged(request, tag)
    if response is None:
        headers = {"ETag": tag, "Cache-Control": PRIVATE, "Ledger-Position": str(taken.size)}
        response = PlainTextResponse(text, headers=headers)
    return response


@router.get(
    "/checkpoint/{size}", response_class=PlainTextResponse, responses=_TEXTS, dependencies=READ_LOG
)
def named_checkpoint(desk: DeskHere, size: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """The checkpoint of a size, with the lines of the log's own keys: these never change, so it may
    be kept for ever. Lines of witnesses stand in the list of checkpoints.
    """
    text = proofs.own_note(proofs.under(desk, size))
    return PlainTextResponse(text, headers={"Cache-Control": FOREVER})


@router.get("/checkpoints", response_model=Checkpoints, dependencies=READ_LOG)
def checkpoints(request: Request, desk: DeskHere, page: Pages) -> Response:
    """All checkpoints, the newest first, with every signature on each."""
    below = None if page.after is None else int(page.after) if page.after.isdecimal() else 0
    rows, more = proofs.listed(desk, below=below, limit=page.limit)
    head = desk.head()
    response = answer({"origin": desk.ledger.origin, "head": head, "checkpoints": rows})
    link_next(request, response, None if more is None else written(head, str(more)))
    return response


@router.get("/keys", response_class=PlainTextResponse, responses=_TEXTS, dependencies=READ_LOG)
def keys(desk: DeskHere) -> Response:
    """The keys that verify checkpoints (C2SP signed-note), one a line, the one in force last. Get
    them by another way too, once: who could change this answer could change the log.
    """
    lines = [notes.verifier_key_text(one) for one in checkpoint.recorded_keys(desk.ledger)]
    return PlainTextResponse("".join(f"{line}\n" for line in lines))


@router.post("/checkpoint/cosignatures", response_model=CheckpointShown, dependencies=READ_LOG)
def cosign(
    desk: DeskHere,
    settings: SettingsHere,
    note: Annotated[
        bytes, Body(media_type=TEXT, description="The checkpoint with the line of a witness.")
    ],
) -> Response:
    """Keep the cosignature of a witness whose key the settings name. The signature itself is the
    credential: a line that does not verify is refused, and the same line again changes nothing.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise Misuse(
            f"A note holds at most {MAX_NOTE_BYTES} bytes.", next_step="Send the checkpoint alone."
        )
    return answer(proofs.cosigned(desk, note, settings.witnesses()))


@router.get("/tile/entries/{index:path}", response_class=Response, responses=_TILES)
def entry_bundle(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_EVENTS))],
    desk: DeskHere,
    index: TileIndex,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """The entries beside a tile of leaves (C2SP tlog-tiles): events of everybody under opaque ids,
    so only for who may read these. Each comes after its length in two bytes.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    place = tile_place(index)
    found = None if place is None else proofs.entries(desk, place.number, place.width)
    if found is None or place is None:
        raise _no_tile()
    told = {"events": True, "first": 256 * place.number + 1, "count": place.width}
    guard.access_of(request).record(of_set(reader.account, why, None, told))
    return Response(found, headers={"Cache-Control": PRIVATE}, media_type=BYTES)


@router.get(
    "/tile/{level}/{index:path}", response_class=Response, responses=_TILES, dependencies=READ_LOG
)
def tile(
    desk: DeskHere,
    level: Annotated[str, Path(max_length=10, description="0 are the leaves.")],
    index: TileIndex,
) -> Response:
    """A tile of the Merkle tree (C2SP tlog-tiles): up to 256 hashes of 32 bytes of one level. What
    the latest checkpoint covers is there, and never changes. Hashes tell nothing of any event.
    """
    place, height = tile_place(index), level_of(level)
    found = None
    if place is not None and height is not None:
        found = proofs.tile(desk, height, place.number, place.width)
    if found is None:
        raise _no_tile()
    return Response(found, headers={"Cache-Control": FOREVER}, media_type=BYTES)


def _no_tile() -> NotThere:
    return NotThere(
        "There is no such tile in the log of the latest checkpoint.",
        next_step="Take its size from /api/v1/log/checkpoint; a number is written as x001/234.",
    )


def _read_inclusion(
    request: Request,
    position: Annotated[int, Query(ge=1, le=2**53, description="Of the event in the log.")],
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> int:
    """Whoever may see the event may have its proof, which holds its open fields."""
    return event_read(request, position, purpose or purpose_header).recorded.position


setattr(_read_inclusion, PERMISSION, Action.READ_RECORD)


@router.get("/proof/inclusion", response_model=Proof, responses=_FORMS)
def inclusion(
    request: Request,
    position: Annotated[int, Depends(_read_inclusion)],
    desk: DeskHere,
    size: Under = None,
) -> Response:
    """That an event stands in the log of a checkpoint: JSON of docs/proofs.md, or, where plain text
    is asked for, a C2SP tlog-proof.
    """
    proof = proofs.inclusion(desk, position, size)
    return _proof(request, proof_forms.proof_json(proof), proof_forms.tlog_proof(proof))


@router.get("/proof/consistency", response_model=Proof, responses=_FORMS, dependencies=READ_LOG)
def consistency(
    request: Request,
    desk: DeskHere,
    old: Annotated[
        int, Query(alias="from", ge=0, le=2**53, description="The size that is known already.")
    ],
    new: Annotated[
        int | None,
        Query(alias="to", ge=1, le=2**53, description="Of a checkpoint; default: the latest."),
    ] = None,
) -> Response:
    """That the log of a checkpoint begins with that of an earlier one: JSON, or, where plain text
    is asked for, the request of C2SP tlog-witness.
    """
    proof = proofs.consistency(desk, old, new)
    return _proof(request, proof_forms.proof_json(proof), proof_forms.witness_request(proof))


@router.get("/proof/completeness/{pid}", response_model=Proof)
def completeness(
    person: Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))],
    desk: DeskHere,
    size: Under = None,
) -> Response:
    """That these are all events about a person, up to what the checkpoint commits to."""
    proof = proofs.completeness(desk, person.stream, size)
    return _sent(proof_forms.proof_json(proof), JSON)


def _proof(request: Request, as_json: bytes, as_text: bytes) -> Response:
    form = chosen(request, (JSON, TEXT))
    response = _sent(as_json if form == JSON else as_text, form)
    response.headers["Vary"] = "Accept, Authorization, Cookie"
    return response


def _sent(data: bytes, form: str) -> Response:
    return Response(data, headers={"Cache-Control": PRIVATE}, media_type=form)
