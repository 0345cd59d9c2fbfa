"""The import desk: upload, look, propose; confirmed by another person under /proposals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, guard
from api.http.answers import answer
from api.http.caching import PRIVATE
from api.http.commanding import Sending
from api.http.guard import DeskHere
from api.http.problems import NoRight
from api.http.shapes import Recorded
from api.http.shapes_imports import ImportKinds, ImportRows, Imports, OneImport, Uploaded
from api.intake import desk as imports
from api.intake import template_form
from api.intake.labels import FACTS
from api.intake.templates import template_bytes
from api.intake.uploads import UPLOAD_MAX
from api.intake.withdrawing import Withdrawal, withdraw
from api.queries import imports as asked
from api.queries.imports import Asker
from ledger.domain.proposals import Proposal
from ledger.errors import Misuse

router = APIRouter(tags=["imports"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Importer = Annotated[Reader, Depends(guard.allow(Action.IMPORT))]
Looker = Annotated[Reader, Depends(guard.allow(Action.READ_IMPORTS))]
Withdrawer = Annotated[Reader, Depends(guard.allow(Action.WITHDRAW_IMPORT))]
Ident = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Of the upload or import.")]
KindName = Annotated[str, Path(pattern="^[a-z_]{1,40}$", description="As `golongan`.")]


class RestsOn(BaseModel):
    """The document that something rests on."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(min_length=1, max_length=40, examples=["SK"])
    number: str = Field(min_length=1, max_length=100, examples=["800/12/2024"])
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2024-02-01"])


class Proposing(BaseModel):
    """What the import of a file rests on."""

    model_config = ConfigDict(extra="forbid")
    document: RestsOn | None = None
    reason: str | None = Field(None, max_length=4_000, description="Kept sealed.")


class Withdrawing(BaseModel):
    """What the withdrawal of an import rests on."""

    model_config = ConfigDict(extra="forbid")
    document: RestsOn
    reason: str | None = Field(None, max_length=4_000, description="Kept sealed.")


def asker(request: Request, reader: Reader) -> Asker:
    """Who asks the import desk."""
    return Asker(guard.desk_of(request), guard.standing_of(request), reader)


@router.get("/imports", response_model=Imports)
def all_imports(request: Request, reader: Looker) -> Response:
    """Files that wait, and imports that were recorded, newest first."""
    return answer(asked.listed(asker(request, reader)))


@router.post("/imports", response_model=Uploaded, status_code=201)
def upload(
    request: Request,
    reader: Importer,
    desk: DeskHere,
    file: Annotated[UploadFile, File(description="Facts file or spreadsheet, at most 20 MB.")],
    kind: Annotated[
        str | None, Form(max_length=40, description="Read it as this kind or form.")
    ] = None,
) -> Response:
    """Keep a file to be imported; nothing of it is recorded. The same file again is the same
    upload.
    """
    name, data = received(file)
    one, new = imports.receive(
        desk.ledger, data, name=name, account=reader.account, at=desk.now(), as_kind=kind or None
    )
    shown = asked.one_import(asker(request, reader), one.id)
    return answer(shown | {"new": new}, status=201)


def received(file: UploadFile) -> tuple[str, bytes]:
    """Name and bytes of a file that was sent; no more is read than is taken."""
    return file.filename or "unggahan", file.file.read(UPLOAD_MAX + 1)


@router.get("/imports/templates", response_model=ImportKinds)
def all_templates(
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_RULES))],  # noqa: ARG001 - checked
) -> Response:
    """The kinds of fact that there is an empty form for, in Indonesian."""
    kinds = [{"kind": kind, "says": says} for kind, says in FACTS.items()]
    return answer({"kinds": kinds})


@router.get(
    "/imports/templates/{kind}",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
)
def template(
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_RULES))],  # noqa: ARG001 - checked
    kind: KindName,
) -> Response:
    """An empty form of a kind of fact as a workbook, with lists and a sheet that explains."""
    if kind not in FACTS:
        raise Misuse(
            "There is no kind of fact of this name.",
            next_step="Use one of: " + ", ".join(sorted(FACTS)) + ".",
        )
    return sheet(f"{template_form.PREFIX}{kind}.xlsx", template_bytes(kind))


def sheet(name: str, data: bytes) -> Response:
    """A file to be saved; its name is ours, so that no cell or person stands in a header."""
    headers = {
        "Cache-Control": PRIVATE,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(data, media_type=XLSX, headers=headers)


@router.get("/imports/{ident}", response_model=OneImport)
def one_import(request: Request, reader: Looker, ident: Ident) -> Response:
    """What an import would do as things stand, or did: counts, units to be founded, its proposal.
    Numbers of people are masked.
    """
    return answer(asked.one_import(asker(request, reader), ident))


@router.get("/imports/{ident}/rows", response_model=ImportRows)
def rows(
    request: Request,
    reader: Looker,
    ident: Ident,
    outcome: Annotated[
        str | None,
        Query(pattern="^(new|corrects|conflicts|refused|confirmed|same|flagged)$"),
    ] = None,
    after: Annotated[int, Query(ge=0, le=10_000_000, description="Rows read before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What becomes of each row, in the order of the file; `next` says where to go on."""
    found = asked.rows_of(asker(request, reader), ident, outcome_=outcome, after=after, most=limit)
    return answer(found)


@router.get(
    "/imports/{ident}/returned",
    response_class=Response,
    responses={200: {"content": {XLSX: {}, "application/jsonl": {}}}},
)
def returned(request: Request, reader: Importer, ident: Ident) -> Response:
    """The sender's own workbook with the rows that are refused or conflict: red cells, reasons.
    Mended and uploaded again it imports only the difference. Only for whoever sent it.
    """
    return given_back(asker(request, reader), ident)


def given_back(who: Asker, ident: str) -> Response:
    """The workbook that comes back, for its sender.

    Raises:
        UploadUnknown: also where nothing comes back.
    """
    asked.may_see(who, ident)
    asked.own(who, ident)
    found = imports.returned(who.desk.ledger, ident)
    if found is None:
        raise asked.nothing_back()
    name, data = found
    suffix = name.rpartition(".")[2]
    ours = f"impor-{ident[:8]}.ditolak.{suffix}"
    response = sheet(ours, data)
    if suffix != "xlsx":
        response.headers["Content-Type"] = "application/jsonl"
    return response


@router.post(
    "/imports/{ident}/propose",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def propose(
    request: Request,
    reader: Importer,
    desk: DeskHere,
    ident: Ident,
    sent: Sending,
    given: Proposing | None = None,
) -> Response:
    """Propose the import as it would turn out now; another person confirms it under
    `/proposals/{id}/confirm`.
    """
    asked.preview_of(asker(request, reader), ident)
    given = given or Proposing(reason=None)
    document = None if given.document is None else given.document.model_dump()

    def do() -> tuple[Proposal, bool]:
        return imports.propose(
            desk.ledger, ident, actor=reader.account, document=document, reason=given.reason
        )

    said: dict[str, Any] = {"do": "import", "upload": ident, **given.model_dump()}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said)
    return commanding.responded(desk, done)


def withdrawable(who: Asker, ident: str) -> None:
    """That somebody may take an import back.

    Raises:
        UploadUnknown: also where he may not see it. NoRight: it recorded something about himself.
    """
    asked.may_see(who, ident)
    if asked.recorded_about_oneself(who.desk, who.reader, ident):
        raise NoRight(
            "It recorded something about yourself.",
            next_step="Let somebody else take it back: nobody decides about himself.",
        )


@router.post(
    "/imports/{ident}/withdraw",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def take_back(
    request: Request,
    reader: Withdrawer,
    desk: DeskHere,
    ident: Ident,
    sent: Sending,
    given: Withdrawing,
) -> Response:
    """Take a whole import back: what it stated is annulled, what it mended is put back as it was,
    what was mended since stays. Withdrawing again finishes what was interrupted.
    """
    withdrawable(asker(request, reader), ident)
    document = given.document.model_dump()

    def do() -> Withdrawal:
        return withdraw(
            desk.ledger,
            ident,
            actor=reader.account,
            document=document,
            reason=given.reason,
            dry=sent.dry,
        )

    said = {"do": "withdraw", "import": ident, **given.model_dump()}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, resumes=True)
    found = None if done.result is None else done.result.as_json()
    return commanding.responded(desk, done, **({"withdrawal": found} if sent.dry else {}))
