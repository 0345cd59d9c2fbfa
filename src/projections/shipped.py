"""The instruments that come with the program: their texts, as packaged files.

Founding a ledger enacts them; a score is computed from what was enacted, never from these files.
"""

from __future__ import annotations

from importlib import resources

FOLDER = "instruments"


def names() -> tuple[str, ...]:
    """File names in order."""
    folder = resources.files("projections").joinpath(FOLDER)
    return tuple(sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml")))


def text(name: str) -> bytes:
    """The text of one of them."""
    return resources.files("projections").joinpath(FOLDER, name).read_bytes()
