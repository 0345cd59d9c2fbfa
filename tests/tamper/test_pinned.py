"""What the verifier knows as data, and the page of the catalogue, are those of the program."""

from __future__ import annotations

import os
import subprocess
import sys

from ledger.verifying import shapes
from tests.tamper import pinned, threat_model

# What the verifier may share with the writer: errors, the reading of notes, and three constants.
SHARED = {
    "ledger",
    "ledger.errors",
    "ledger.proofs",
    "ledger.proofs.note",
    "ledger.proofs.tree_proofs",
    "ledger.proofs.merkle",
}


def test_the_verifier_loads_nothing_of_the_writer() -> None:
    """In a Python of its own, after everything of it was imported."""
    program = (
        "import sys, pkgutil, importlib, ledger.verifying as v\n"
        "[importlib.import_module(f'ledger.verifying.{m.name}')"
        " for m in pkgutil.iter_modules(v.__path__)]\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in"
        " ('ledger', 'projections', 'api', 'eventsourcing', 'polars')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(pinned.FOLDER.parents[1])},
    )
    loaded = {name for name in done.stdout.split() if not name.startswith("ledger.verifying")}
    assert loaded <= SHARED


def test_a_proposal_fits_its_shape() -> None:
    """What a second person has to confirm is an object, so that a log with proposals verifies."""
    payload = {"kind": "enact", "command": {"text": "x"}, "digest": "0" * 64}
    assert shapes.fits("ledger.proposed/1", None, payload)


def test_the_shapes_are_those_of_the_registry() -> None:
    """A new topic is seen here: run `python -m tests.tamper.pinned`."""
    assert pinned.SHAPES.read_text("utf-8") == pinned.shapes_text()


def test_the_guards_are_those_of_the_program() -> None:
    """A new guard is seen here: run `python -m tests.tamper.pinned`."""
    assert pinned.GUARDS.read_text("utf-8") == pinned.guards_text()


def test_the_threat_model_is_the_catalogue() -> None:
    """Page and tests are one table: run `python -m tests.tamper.threat_model`."""
    page = threat_model.PAGE.read_text("utf-8")
    assert threat_model.rendered(page) == page
