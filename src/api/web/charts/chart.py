"""What every chart function gives: markup, and the same data as rows."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from markupsafe import Markup

from api.web import formats, words
from api.web.formats import Lang


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its data.

    Attributes:
        kind: class of the figure.
        columns, rows: the same data as a table beside it; empty where the drawing is a table.
    """

    kind: str
    title: str
    markup: Markup
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pen:
    """How a chart writes: language and zone."""

    lang: Lang
    zone: ZoneInfo

    def say(self, text: str, **fill: object) -> str:
        """A text of the catalogue."""
        return words.say(self.lang, text, **fill)

    def number(self, value: object) -> str:
        """Points, or that they are not known."""
        if value is None:
            return self.say("belum diketahui")
        return formats.number(str(value), self.lang)

    def signed(self, value: object) -> str:
        """A difference with its sign."""
        return formats.signed(None if value is None else str(value), self.lang)

    def day(self, value: object) -> str:
        """A day, short."""
        return formats.day_short(None if value is None else str(value), self.lang)

    def code(self, code: str | None, group: str) -> str:
        """A code in words."""
        return words.code_said(self.lang, code, group)
