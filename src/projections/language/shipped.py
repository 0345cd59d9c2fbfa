"""The instruments that come with the program: their texts, as packaged files.

Founding a ledger enacts them; a score is computed from what was enacted, never from these files.
Drafts are not enacted: an agency completes one with its own numbers and enacts that.
"""

from __future__ import annotations

from importlib import resources

FOLDER = "instruments"
DRAFTS = "drafts"


def names() -> tuple[str, ...]:
    """File names of what founding enacts, in order."""
    return _in(FOLDER)


def drafts() -> tuple[str, ...]:
    """File names of the drafts, each below their folder, in order."""
    return tuple(f"{DRAFTS}/{name}" for name in _in(f"{FOLDER}/{DRAFTS}"))


def _in(path: str) -> tuple[str, ...]:
    folder = resources.files("projections").joinpath(path)
    return tuple(sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml")))


def text(name: str) -> bytes:
    """The text of one of them."""
    return resources.files("projections").joinpath(FOLDER, name).read_bytes()
