"""What the verifier knows as data, and the page of the catalogue, are those of the program."""

from __future__ import annotations

from tests.tamper import pinned, threat_model


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
