"""Any bytes at all: refused with words, never a crash, never a yes to what could not be read."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.verifying_files import verify_file
from ledger.copies.backup import backup
from ledger.errors import LedgerError
from ledger.proofs.note import Checkpoint, checkpoint_body
from ledger.storage.store import EventStore
from ledger.verifying import entries
from ledger.verifying.checkpoints import parse_claim
from ledger.verifying.whole import Wish, verify
from projections.asking import certificate
from tests.tamper.conftest import CopyOf
from tests.tamper.places import Bases

FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def refused(path: Path) -> bool:
    """Whether a file is refused with words; anything but a refusal or a yes is a crash."""
    try:
        verify_file(path, [], [], as_json=True)
    except LedgerError as fault:
        return bool(fault.message)
    except typer.Exit as leaving:
        return leaving.exit_code != 0
    return False


@given(data=st.binary(max_size=400))
def test_any_bytes_are_no_checkpoint(data: bytes) -> None:
    """Read as a note or as typed, they are refused."""
    with pytest.raises(LedgerError):
        parse_claim(data, source="fuzz")


@given(
    origin=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=40),
    size=st.integers(0, 2**62),
    root=st.binary(min_size=32, max_size=32),
    end=st.sampled_from(["\n", "\r\n", "  \n", "\n\n"]),
    as_hex=st.booleans(),
)
def test_a_checkpoint_typed_from_paper_is_read(
    origin: str, size: int, root: bytes, end: str, *, as_hex: bool
) -> None:
    """Line ends and white space of typing do not matter; what is read is what was printed."""
    text = root.hex() if as_hex else base64.b64encode(root).decode()
    claim = parse_claim(end.join([origin, str(size), text, ""]).encode(), source="paper")
    assert claim.checkpoint == Checkpoint(origin, size, root)
    assert claim.signed is None
    assert checkpoint_body(claim.checkpoint)


@FIXTURES
@given(data=st.binary(max_size=600))
def test_any_bytes_are_no_file_to_verify(tmp_path: Path, data: bytes) -> None:
    """Neither archive nor certificate, whatever they begin with."""
    path = tmp_path / "given"
    for begin in (b"", b"PK\x03\x04", b'{"format":"' + certificate.FORMAT.encode() + b'"'):
        path.write_bytes(begin + data)
        assert refused(path)


@FIXTURES
@given(told=st.dictionaries(st.text(), JSON, max_size=4), more=JSON)
def test_any_json_is_no_certificate(tmp_path: Path, told: dict[str, Any], more: Any) -> None:
    """Whatever stands under its own field names."""
    path = tmp_path / "given.json"
    names = ("answer", "checkpoint", "size", "events", "tree", "digest")
    whole = told | dict.fromkeys(names, more) | {"format": certificate.FORMAT}
    path.write_text(json.dumps(whole), "utf-8")
    assert refused(path)


@FIXTURES
@given(at=st.integers(0, 10**6), byte=st.integers(1, 255), cut=st.booleans(), grow=st.booleans())
def test_a_changed_archive_is_refused(
    archive: Path, tmp_path: Path, at: int, byte: int, *, cut: bool, grow: bool
) -> None:
    """One byte changed, the end cut off or something added: refused."""
    data = bytearray(archive.read_bytes())
    data[at % len(data)] ^= byte
    path = tmp_path / "changed.zip"
    path.write_bytes(data[: at % len(data)] if cut else data + b"more" if grow else data)
    assert refused(path)


@pytest.fixture(scope="module")
def archive(bases: Bases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that is right."""
    folder = tmp_path_factory.mktemp("archive")
    place = bases.copy("sqlite", folder / "ledger")
    with EventStore.open(place.url) as store:
        backup(store, folder / "right.zip")
    assert not refused(folder / "right.zip")
    return folder / "right.zip"


@FIXTURES
@given(data=st.binary(max_size=3_000), keep=st.integers(0, 60_000))
def test_a_file_that_is_no_ledger_is_refused_or_damaged(
    copy_of: CopyOf, bases: Bases, tmp_path: Path, data: bytes, keep: int
) -> None:
    """The beginning of a true file with anything behind it: never clean, never a crash."""
    true = bases.copy("sqlite", tmp_path / "true").database.read_bytes()
    path = tmp_path / "false.sqlite3"
    path.write_bytes(true[:keep] + data)
    try:
        clean = verify(Wish(f"sqlite:///{path}")).clean
    except LedgerError as fault:
        clean = not fault.message
    assert not clean


@given(raw=st.binary(max_size=200) | JSON.map(lambda told: json.dumps(told).encode()))
def test_canonical_text_is_read_or_refused(raw: bytes) -> None:
    """What is accepted is an object and is written back to the same bytes."""
    told = entries.canonical_object(raw)
    if told is not None:
        assert isinstance(told, dict)
        assert json.loads(raw) == told
