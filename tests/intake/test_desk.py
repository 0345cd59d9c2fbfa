"""The import desk: kept aside sealed, shown as it would turn out, confirmed by somebody else."""

from __future__ import annotations

import json
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api import proposing
from api.intake import apply, confirming, desk, importing, outcome
from api.intake.confirming import OutcomeChanged
from api.intake.desk import NothingToImport, NotYourUpload
from api.intake.report import ImportReport
from api.intake.uploads import (
    FILE,
    KEPT,
    UPLOAD_MAX,
    Upload,
    UploadBroken,
    UploadRefused,
    Uploads,
    UploadUnknown,
)
from ledger.application import Ledger
from ledger.commands.second_person import proposals_of
from ledger.domain.proposals import Proposal, ProposalClosed, SecondPersonNeeded
from ledger.errors import LedgerError, Misuse
from ledger.records import RecordedEvent
from tests.builders import DOCUMENT, Desk, about, every_fact, of_unit
from tests.intake.books import table
from tests.persons import nip

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER = AT + KEPT
ROWS = (about(1, "registered", name="Siti Rahasia"), about(1, "golongan"))


def lines(*rows: dict[str, Any]) -> bytes:
    """A facts file."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def upload(here: Desk, *rows: dict[str, Any], account: str = "ani", **options: Any) -> Upload:
    """Upload rows as a facts file."""
    given: dict[str, Any] = {"name": "berkas.jsonl", "at": AT} | options
    return desk.receive(here.ledger, lines(*rows), account=account, **given)[0]


def proposed(here: Desk, *rows: dict[str, Any], account: str = "ani") -> Proposal:
    """Upload rows and propose them."""
    one = upload(here, *rows, account=account)
    return desk.propose(here.ledger, one.id, actor=account)[0]


def confirm(here: Desk, one: Proposal, actor: str = "budi", **options: Any) -> proposing.Done:
    """Confirm a proposal."""
    return proposing.carry_out(here.ledger, one.id, actor=actor, at=AT, **options)


def in_book(here: Desk, name: str) -> list[RecordedEvent]:
    """Events of the ledger stream by name."""
    return [one for one in here.ledger.book_events() if one.topic.startswith(f"ledger.{name}/")]


def outcomes(found: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    """Row, outcome and code of each row of a preview."""
    return [(row["row"], row["outcome"], row["code"]) for row in found["rows"]]


# ------------------------------------------------------------------------------ what is kept aside


def test_what_is_kept_tells_nothing_to_who_reads_the_disk(here: Desk) -> None:
    """No number, name or file name lies in the open, and nobody else may open the files."""
    one = upload(here, *ROWS, name="mutasi siti rahasia.jsonl")
    desk.preview(here.ledger, one.id)
    folder = Uploads.of(here.ledger).folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    for path in files:
        held = path.read_bytes().lower()
        assert nip(1).encode() not in held
        assert b"rahasia" not in held
        assert "rahasia" not in str(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_kept_file_that_was_changed_does_not_open(here: Desk) -> None:
    """One flipped bit, or the bytes of another upload in its place, are refused by name."""
    one, two = upload(here, *ROWS), upload(here, about(2, "registered"))
    folder = Uploads.of(here.ledger).folder
    path, other = folder / one.id / FILE, folder / two.id / FILE
    whole = path.read_bytes()
    for forged in (bytes([whole[0] ^ 1]) + whole[1:], other.read_bytes(), b""):
        path.write_bytes(forged)
        with pytest.raises(UploadBroken):
            desk.preview(here.ledger, one.id)
    path.write_bytes(whole)
    assert desk.preview(here.ledger, one.id)["counts"]["new"] == 2


def test_the_same_file_twice_is_the_same_upload(here: Desk) -> None:
    """Of one account in any spelling; another account, form or content is another upload."""
    one = upload(here, *ROWS)
    again, new = desk.receive(
        here.ledger, lines(*ROWS), name="lain.jsonl", account="ANI", at=AT + timedelta(days=1)
    )
    assert (again, new) == (one, False)
    others = [
        upload(here, *ROWS, account="budi"),
        upload(here, *ROWS, as_kind="facts"),
        upload(here, ROWS[0]),
    ]
    assert len({one.id, *(other.id for other in others)}) == 4


def test_an_upload_is_destroyed_when_its_days_are_over(here: Desk) -> None:
    """File and key are gone; not one moment earlier."""
    one = upload(here, *ROWS)
    assert desk.sweep(here.ledger, at=LATER - timedelta(seconds=1)) == []
    assert desk.sweep(here.ledger, at=LATER) == [one.id]
    with pytest.raises(UploadUnknown):
        desk.preview(here.ledger, one.id)
    assert not list(here.ledger.keyring.folder.glob("uploads/*.key"))
    assert [path.name for path in Uploads.of(here.ledger).folder.iterdir()] == ["turn.lock"]


def test_what_a_crash_left_is_swept(here: Desk) -> None:
    """A key without a folder, a folder without a key and an unfinished one; whole ones stay."""
    one, uploads = upload(here, *ROWS), Uploads.of(here.ledger)
    keys = here.ledger.keyring.folder / "uploads"
    (keys / f"{'a' * 32}.key").write_bytes(b"x" * 32)
    (uploads.folder / ("b" * 32)).mkdir()
    (uploads.folder / ("c" * 32 + ".new")).mkdir()
    assert desk.sweep(here.ledger, at=AT) == []
    assert [path.stem for path in keys.iterdir()] == [one.id]
    assert {path.name for path in uploads.folder.iterdir()} == {"turn.lock", one.id}
    assert [shown["id"] for shown in desk.every(here.ledger)] == [one.id]


@pytest.mark.parametrize("size", [0, UPLOAD_MAX + 1])
def test_an_empty_or_too_large_file_is_not_taken(here: Desk, size: int) -> None:
    """With what to do; nothing is kept of it."""
    with pytest.raises(UploadRefused) as refused:
        desk.receive(here.ledger, bytes(size), name="x.xlsx", account="ani", at=AT)
    assert refused.value.next_step
    assert desk.every(here.ledger) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ani\\data pegawai.xlsx", "data pegawai.xlsx"),
        (".tersembunyi.xlsx", "tersembunyi.xlsx"),
        ("~$kunci.xlsx", "kunci.xlsx"),
        ("mutasi.ditolak-2.xlsx", "mutasi.xlsx"),
        ("a\x00b\n.xlsx", "ab.xlsx"),
        ("", "berkas"),
        ("x" * 400 + ".xlsx", "x" * 150 + ".xlsx"),
    ],
)
def test_names_of_files_are_made_harmless(here: Desk, given: str, kept: str) -> None:
    """No path, nothing hidden, and rows that came back are read like any other file."""
    assert upload(here, *ROWS, name=given).name == kept


def test_a_form_that_nobody_knows_is_misuse(here: Desk) -> None:
    """Before anything is kept; so is an id of no upload, whatever it looks like."""
    with pytest.raises(Misuse):
        upload(here, *ROWS, as_kind="tidak-ada")
    assert desk.every(here.ledger) == []
    for ident in ("", "x", "../about", "0" * 32):
        with pytest.raises(UploadUnknown):
            desk.preview(here.ledger, ident)


# --------------------------------------------------------------------------------------- previews


def test_a_preview_says_what_becomes_of_each_row(anywhere: Desk) -> None:
    """By the path of an import, with masked numbers, and nothing recorded, keys included."""
    anywhere.send(about(1, "registered"), about(1, "golongan", key="g"), about(2, "registered"))
    head, keys = anywhere.head(), anywhere.ledger.keyring.count()
    one = upload(
        anywhere,
        about(1, "registered"),
        about(3, "registered"),
        about(3, "position", unit="Dinas Baru"),
        about(2, "golongan", golongan="V/z"),
        about(1, "golongan", on="2022-10-01", key=None),
        about(1, "annul", target="g"),
        about(77, "golongan"),
    )
    found = desk.preview(anywhere.ledger, one.id)
    assert outcomes(found) == [
        (1, "same", None),
        (2, "new", None),
        (3, "new", None),
        (4, "refused", "VALUE_NOT_LISTED"),
        (5, "conflicts", "CONFLICT_OTHER_CONTENT"),
        (6, "corrects", None),
        (7, "refused", "PERSON_UNKNOWN"),
    ]
    assert found["rows"][1]["whose"] == "…" + nip(3)[-4:]
    assert nip(3) not in json.dumps(found)
    assert found["units_founded"][0].startswith("The unit Dinas Baru")
    assert (anywhere.head(), anywhere.ledger.keyring.count()) == (head, keys)


def test_the_digest_of_a_dry_run_is_that_of_the_real_one(anywhere: Desk) -> None:
    """For every kind of fact at once: what is confirmed is what is recorded."""
    mends = ("merged", "correct", "annul", "end")
    rows = [about(900, "registered"), *(r for r in every_fact() if r["fact"] not in mends)]
    done = confirm(anywhere, proposed(anywhere, *rows))
    assert done.report is not None
    assert done.report["as_confirmed"]
    assert done.report["counts"]["new"] == len(rows)


def test_a_preview_is_found_once_until_something_is_recorded(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again it is the one that is kept; after the next event it is found anew."""
    runs: list[int] = []
    real = importing.import_files

    def counting(*args: Any, **options: Any) -> ImportReport:
        runs.append(1)
        return real(*args, **options)

    monkeypatch.setattr(desk, "import_files", counting)
    one = upload(here, *ROWS)
    first = desk.preview(here.ledger, one.id)
    assert desk.preview(here.ledger, one.id) == first
    assert len(runs) == 1
    here.send(*ROWS)
    assert desk.preview(here.ledger, one.id)["counts"]["same"] == 2
    assert len(runs) == 2


def test_rows_of_one_outcome_come_in_pages(here: Desk) -> None:
    """Each row once, in the order of the file; `flagged` is an outcome of its own."""
    rows = [about(number, "registered") for number in range(1, 8)]
    found = desk.preview(here.ledger, upload(here, *rows, about(1, "golongan", golongan="V/z")).id)
    first, after = outcome.some_rows(found, outcome="new", most=5)
    rest, end = outcome.some_rows(found, outcome="new", after=after or 0, most=5)
    assert [row["row"] for row in first + rest] == list(range(1, 8))
    assert (after, end) == (5, None)
    assert [row["row"] for row in outcome.some_rows(found, outcome="refused")[0]] == [8]
    assert outcome.some_rows(found, outcome="flagged") == ([], None)


def test_a_file_of_unknown_form_is_told_and_never_proposed(here: Desk) -> None:
    """Nothing is guessed: a preview without rows, and nothing to import."""
    one, _ = desk.receive(here.ledger, b"halo", name="catatan.md", account="ani", at=AT)
    found = desk.preview(here.ledger, one.id)
    assert (found["unknown_form"], found["rows"]) == (True, [])
    with pytest.raises(NothingToImport):
        desk.propose(here.ledger, one.id, actor="ani")


def test_a_mended_workbook_adds_only_the_difference(here: Desk, tmp_path: Path) -> None:
    """Red cells and reasons come back; mended and uploaded again, only those rows are new."""
    here.send(about(1, "registered"), about(2, "registered"))
    header = "nip,nama_seminar,tgl_sertifikat,jumlah_jam"
    good = [nip(1), "Seminar Satu", "2024-03-01", "8"]
    bad = [nip(2), "Seminar Dua", "31-02-2024", "8"]
    path = table(tmp_path / "seminar.xlsx", header, good, bad)
    one, _ = desk.receive(here.ledger, path.read_bytes(), name=path.name, account="ani", at=AT)
    assert desk.preview(here.ledger, one.id)["returned"] == "seminar.ditolak.xlsx"
    found = desk.returned(here.ledger, one.id)
    assert found is not None
    confirm(here, desk.propose(here.ledger, one.id, actor="ani")[0])
    assert desk.returned(here.ledger, one.id) == found
    back = tmp_path / found[0]
    back.write_bytes(found[1])
    book = openpyxl.load_workbook(back)
    sheet = book.active
    assert sheet is not None
    at = [cell.value for cell in sheet[1]].index("tgl_sertifikat") + 1
    assert sheet.cell(2, at).fill.start_color.rgb == "FFFF9999"
    sheet.cell(2, at).value = "28-02-2024"
    book.save(back)
    again, new = desk.receive(here.ledger, back.read_bytes(), name=back.name, account="ani", at=AT)
    assert new
    mended = desk.preview(here.ledger, again.id)
    assert outcomes(mended) == [(2, "new", None)]
    confirm(here, desk.propose(here.ledger, again.id, actor="ani")[0])
    assert len(here.facts(2).known("competency")) == 1
    whole, _ = desk.receive(here.ledger, path.read_bytes(), name=path.name, account="ani", at=AT)
    assert desk.preview(here.ledger, whole.id)["counts"]["same"] == 1


# ----------------------------------------------------------------------------------- two persons


def test_a_confirmed_import_is_recorded_under_its_upload(anywhere: Desk) -> None:
    """By the confirmer, with the upload as batch; its report is kept, its file is gone."""
    proposal = proposed(anywhere, *ROWS)
    assert anywhere.ledger.registered() == []
    done = confirm(anywhere, proposal)
    assert done.report is not None
    (noted,) = in_book(anywhere, "import_committed")
    payload = json.loads(noted.state)
    batch = proposal.command["upload"]
    assert payload["batch"] == batch
    contexts = [json.loads(one.context) for one in anywhere.events()]
    assert {(one["actor"], one["origin"]["batch"]) for one in contexts} == {("budi", batch)}
    assert desk.report_of(anywhere.ledger, batch) == done.report
    assert [one["state"] for one in desk.every(anywhere.ledger)] == ["imported"]
    with pytest.raises(UploadUnknown):
        desk.preview(anywhere.ledger, batch)


def test_nothing_personal_stands_in_the_proposal(here: Desk) -> None:
    """Counts, kinds, digests and an opaque id; neither names nor numbers nor the file's name."""
    one = upload(here, *ROWS, name="siti rahasia.jsonl")
    proposal, _ = desk.propose(here.ledger, one.id, actor="ani", document=DOCUMENT)
    said = json.dumps([dict(proposal.command), proposing.shown(proposal)]).lower()
    assert nip(1) not in said
    assert "rahasia" not in said
    assert proposal.command["facts"] == {"golongan": 1, "registered": 1}


def test_two_persons_are_needed_whoever_uploaded(here: Desk) -> None:
    """The uploader proposes and never confirms, in any spelling; nobody proposes for another."""
    one = upload(here, *ROWS)
    with pytest.raises(NotYourUpload):
        desk.propose(here.ledger, one.id, actor="budi")
    proposal, new = desk.propose(here.ledger, one.id, actor="ANI")
    assert new
    assert desk.propose(here.ledger, one.id, actor="ani") == (proposal, False)
    with pytest.raises(SecondPersonNeeded):
        confirm(here, proposal, "Ani")
    assert here.ledger.registered() == []


def test_nothing_new_is_nothing_to_propose(here: Desk) -> None:
    """Rows that are the same or refused; there is nothing that anybody could confirm."""
    here.send(*ROWS)
    one = upload(here, *ROWS, about(99, "golongan"))
    with pytest.raises(NothingToImport):
        desk.propose(here.ledger, one.id, actor="ani")
    assert in_book(here, "proposed") == []


def test_a_changed_outcome_must_be_confirmed_as_such(anywhere: Desk) -> None:
    """What was recorded meanwhile is shown row by row, and only its own digest is taken."""
    anywhere.send(about(1, "registered"))
    proposal = proposed(anywhere, about(1, "golongan"), about(1, "leave"))
    anywhere.send(about(1, "golongan"))
    with pytest.raises(OutcomeChanged) as changed:
        confirm(anywhere, proposal)
    effect: Any = changed.value.details["effect"]
    assert effect["changed"] == [
        {"sheet": None, "row": 1, "from": "new", "to": "same", "code": None}
    ]
    assert effect["outcome"] in changed.value.next_step
    with pytest.raises(OutcomeChanged):
        confirm(anywhere, proposal, agreed="sha256:" + "0" * 64)
    assert in_book(anywhere, "confirmed") == []
    done = confirm(anywhere, proposal, agreed=effect["outcome"])
    assert done.report is not None
    assert (done.report["counts"]["new"], done.report["as_confirmed"]) == (1, True)


def test_what_is_rejected_is_destroyed(here: Desk) -> None:
    """At once; the same file uploaded again is another upload."""
    proposal = proposed(here, *ROWS)
    proposing.reject(here.ledger, proposal.id, actor="budi", reason="bukan berkas kami")
    assert not list(here.ledger.keyring.folder.glob("uploads/*.key"))
    with pytest.raises(UploadUnknown):
        desk.preview(here.ledger, str(proposal.command["upload"]))
    assert upload(here, *ROWS).id != proposal.command["upload"]


def test_a_proposal_whose_file_is_gone_says_what_to_do(here: Desk) -> None:
    """After its days nothing is confirmed; rejecting it is left."""
    proposal = proposed(here, *ROWS)
    desk.sweep(here.ledger, at=LATER)
    with pytest.raises(UploadUnknown):
        confirm(here, proposal)
    proposing.reject(here.ledger, proposal.id, actor="budi")
    assert proposals_of(here.ledger).pending() == []


def test_a_rejection_that_crashed_is_finished_by_the_next_sweep(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file outlives the crash only until somebody uses the desk."""
    proposal = proposed(here, *ROWS)
    with monkeypatch.context() as broken:
        broken.setattr(Uploads, "destroy", _crash)
        with pytest.raises(Crash):
            proposing.reject(here.ledger, proposal.id, actor="budi")
    assert desk.sweep(here.ledger, at=AT) == [proposal.command["upload"]]


# ---------------------------------------------------------------------------------------- crashes


class Crash(BaseException):
    """The process ends here."""


def _crash(*_args: object, **_options: object) -> None:
    raise Crash


_STEPS = {
    "before the rows": (confirming, "import_files"),
    "before the note": (importing, "_commit"),
    "before the report": (confirming, "keep_returned"),
}


@pytest.mark.parametrize("step", _STEPS)
def test_an_import_that_crashed_goes_on(
    anywhere: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """At every step: the file stays, confirming again by anybody finishes it, nothing twice."""
    proposal = proposed(anywhere, *ROWS)
    with monkeypatch.context() as broken:
        broken.setattr(*_STEPS[step], _crash)
        with pytest.raises(Crash):
            confirm(anywhere, proposal)
    if step == "before the report":
        desk.sweep(anywhere.ledger, at=LATER - timedelta(seconds=1))
        assert [one["state"] for one in desk.every(anywhere.ledger)] == ["imported"]
    else:
        assert desk.sweep(anywhere.ledger, at=LATER + KEPT) == []
        assert [one["state"] for one in desk.every(anywhere.ledger)] == ["interrupted"]
        done = confirm(anywhere, proposal, "ani")
        assert done.proposal.closed_by == "budi"
    with pytest.raises(ProposalClosed):
        confirm(anywhere, proposal, "budi")
    assert len(anywhere.events()) == 2
    assert len(in_book(anywhere, "confirmed")) == len(in_book(anywhere, "import_committed")) == 1
    assert {json.loads(one.context)["actor"] for one in anywhere.events()} == {"budi"}


def test_a_crash_between_two_batches_of_rows_leaves_whole_rows(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is recorded by going on; what was there is the same, not twice."""
    rows = [about(number, "registered") for number in range(1, 7)]
    proposal = proposed(here, *rows)
    monkeypatch.setattr(apply, "_CHUNK_ROWS", 2)
    real, left = apply.Importer._append, [2]

    def twice(importer: apply.Importer, decided: Any) -> None:
        if decided and not importer.dry:
            left[0] -= 1
            if left[0] < 0:
                raise Crash
        real(importer, decided)

    with monkeypatch.context() as broken:
        broken.setattr(apply.Importer, "_append", twice)
        with pytest.raises(Crash):
            confirm(here, proposal)
    assert len(here.ledger.registered()) == 4
    done = confirm(here, proposal)
    assert done.report is not None
    assert (done.report["counts"]["new"], done.report["counts"]["same"]) == (2, 4)
    assert len(here.ledger.registered()) == 6
    (noted,) = in_book(here, "import_committed")
    assert json.loads(noted.state)["batch"] == proposal.command["upload"]


def test_of_two_who_confirm_at_once_one_does(anywhere: Desk) -> None:
    """Each with the ledger opened for himself; the other is told that it is closed."""
    proposal = proposed(anywhere, *ROWS, *(about(n, "registered") for n in range(2, 30)))
    said: list[str] = []
    start = threading.Barrier(2)

    def one(actor: str) -> None:
        with closing(Ledger.open(anywhere.url, keys=anywhere.ledger.keyring.folder)) as ledger:
            start.wait()
            try:
                proposing.carry_out(ledger, proposal.id, actor=actor, at=AT)
                said.append("done")
            except LedgerError as fault:
                said.append(fault.code)

    threads = [threading.Thread(target=one, args=(name,)) for name in ("budi", "citra")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "proposal_closed"]
    assert len(in_book(anywhere, "import_committed")) == 1


def test_units_and_corrections_go_through_the_desk_too(here: Desk) -> None:
    """A file of units, facts and a correction of one of them is confirmed as a whole."""
    here.send(about(1, "registered"), about(1, "golongan", key="g"))
    rows = [
        of_unit("BKD", "unit", name="Badan"),
        about(1, "position", unit="BKD"),
        about(
            1,
            "correct",
            target="g",
            document=DOCUMENT,
            replacement=about(1, "golongan", golongan="III/b", key=None),
        ),
    ]
    done = confirm(here, proposed(here, *rows))
    assert done.report is not None
    assert (done.report["counts"]["new"], done.report["counts"]["corrects"]) == (2, 1)
    (fact,) = here.facts().known("golongan")
    assert fact.fields["golongan"] == "III/b"
