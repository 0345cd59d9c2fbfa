"""Commands whose modules are imported when they are called: a question waits for no server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# Name -> where the command stands, as `module:function` below `api.cli`, or a group of its own.
Places = Mapping[str, "str | typer.Typer"]


def group(words: str, places: Places, name: str | None = None) -> typer.Typer:
    """A group of commands that knows their names, and each command once it is asked for.

    Args:
        words: what `--help` says of the group. name: of the group, where it is the whole program.
    """

    class Called(TyperGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            # The names, to list and to suggest from; the commands themselves come one by one.
            self.commands: Any = dict.fromkeys(places)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - what click asks
            place = places.get(cmd_name)
            return None if place is None else _command(place, cmd_name)

    made = _typer(name=name, help=words, cls=Called, no_args_is_help=True)
    made.callback()(_nothing)  # a group, though nothing is registered in it
    return made


@cache
def _command(place: str | typer.Typer, name: str) -> Any:
    found: Any = place
    if isinstance(place, str):
        module, _, attribute = place.partition(":")
        found = getattr(import_module(f"api.cli.{module}"), attribute)
    above = _typer()
    above.callback()(_nothing)
    if isinstance(found, typer.Typer):
        above.add_typer(found, name=name)
    else:
        above.command(name)(found)
    made: Any = typer.main.get_command(above)
    return made.commands[name]


def _typer(**given: Any) -> typer.Typer:
    return typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **given
    )


def _nothing() -> None:
    pass
