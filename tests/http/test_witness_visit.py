"""A witness that visits a served ledger: signs what grew, hands its line back, keeps evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app as command
from ledger.checkpoints import checkpoint
from ledger.checkpoints.witness import Witness
from ledger.errors import Misuse
from ledger.proofs import note as notes
from tests.http.conftest import Served
from tests.http.test_live import Running, record


@pytest.fixture
def visited(
    checked: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Served, Path, str]]:
    """A served ledger, the folder of a witness that it knows, and the server's address."""
    folder, known = tmp_path / "w", tmp_path / "keys"
    name = f"inspektorat.example/{checked.desk.ledger.store.dialect}"
    witness = Witness.create(folder, name, randomness=os.urandom)
    witness.trust(checkpoint.recorded_keys(checked.desk.ledger))
    known.write_text(notes.verifier_key_text(witness.key()) + "\n", "utf-8")
    monkeypatch.setenv("ASN_LEDGER_TOKEN", "ASN")
    with Running(checked, witness_keys=known) as server:
        yield checked, folder, server.address.removesuffix("/api/v1/events")


def visit(folder: Path, url: str, *more: str) -> Any:
    """Run the command."""
    return CliRunner().invoke(command, ["witness", "visit", str(folder), "--url", url, *more])


def test_a_visit_signs_what_grew(visited: tuple[Served, Path, str]) -> None:
    """The first checkpoint, and the next with its proof; the ledger keeps both lines."""
    served, folder, url = visited
    assert visit(folder, url).exit_code == 0
    record(served, 2)
    grown = checkpoint.take_checkpoint(served.desk.ledger, actor="acc-ADMINISTRATOR")
    told = visit(folder, url, "--json")
    assert told.exit_code == 0, told.output
    assert f'"size": {grown.size}' in told.output or f'"size":{grown.size}' in told.output
    again = visit(folder, url)
    assert again.exit_code == 0
    name = Witness.open(folder).key().name
    assert name in served.as_("ASN")("/api/v1/log/checkpoint").text


def test_a_visit_that_is_refused_says_why(
    visited: tuple[Served, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a token, at no server, over plain http elsewhere: told, nothing signed."""
    _, folder, url = visited
    monkeypatch.setenv("ASN_LEDGER_TOKEN", "nobody")
    refused = visit(folder, url)
    assert refused.exit_code == 1
    assert visit(folder, "http://127.0.0.1:1").exit_code == 1
    for address in ("http://kinerja.example.go.id", "ftp://127.0.0.1", "https://"):
        assert isinstance(visit(folder, address).exception, Misuse)
    assert Witness.open(folder).logs()[0].last is None
