"""The words of the pages: Indonesian stands in the template, English in a catalogue.

`catalogue/*.toml` maps each Indonesian text to its English one, a file a noun, so that whoever
writes a page adds his words beside the others'. `catalogue/codes.toml` has for each code of the
closed lists and of answers its Indonesian and its English words, by group. A test walks the
templates and fails for a text without English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from api.outputs.words import code_words
from api.web.formats import UNKNOWN, Lang
from ledger.errors import LedgerError

_CODES: Final = "codes.toml"
_MEASURES: Final = "measures"
_ANY_REFUSAL: Final = "refused"
_UNSAID: Final = frozenset((_MEASURES, "points"))  # steps that every such place has
_STEP: Final = re.compile(r"\w+")
# What is no word but is written so: III/d, II.a, 2/3, a day, a number of hours.
_WRITTEN: Final = re.compile(r"\d|[IVX]+[/.]\w$")


def _texts() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = files("api.web").joinpath("catalogue")
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            yield entry.name, tomllib.loads(entry.read_text("utf-8"))


@cache
def catalogue() -> Mapping[str, str]:
    """Every Indonesian text with its English one; of two files that say one the first counts, and
    a test says where they differ.
    """
    found: dict[str, str] = {}
    for _, texts in translations():
        found = {**texts, **found}
    return MappingProxyType(found)


def translations() -> Iterator[tuple[str, dict[str, str]]]:
    """Each file of texts with what it translates."""
    return ((name, texts) for name, texts in _texts() if name != _CODES)


@cache
def codes() -> Mapping[tuple[str, str], tuple[str, str]]:
    """(group, code) -> its Indonesian and its English words."""
    return MappingProxyType(
        {
            (group, code): (words[0], words[1])
            for name, groups in _texts()
            if name == _CODES
            for group, members in groups.items()
            for code, words in members.items()
        }
    )


def say(lang: Lang, text: str, **fill: object) -> str:
    """A text in the language of the page, its {names} filled in.

    A text without English is said in Indonesian: better than a page that fails.
    """
    said = text if lang is Lang.ID else catalogue().get(text, text)
    return said.format(**fill) if fill else said


def code_said(lang: Lang, code: str | None, group: str = "") -> str:
    """A code in words: those of its group, else the code itself as a heading writes it."""
    if code is None:
        return UNKNOWN
    found = codes().get((group, code))
    if found is None:
        if _WRITTEN.match(code):
            return code
        return code_words(code if code.isupper() else code.upper())
    return found[0] if lang is Lang.ID else found[1]


def parameter(lang: Lang, text: str) -> str:
    """What is missing, in words: the place of a number in an instrument, as
    `measures.kinerja.points.PERMENPANRB6.BAIK`; anything else as it stands.
    """
    steps = text.split(".")
    if steps[0] != _MEASURES or not all(_STEP.fullmatch(one) for one in steps):
        return text
    return " \u00b7 ".join(_step(lang, one) for one in steps[1:] if one not in _UNSAID)


def _step(lang: Lang, text: str) -> str:
    for group in ("measure", "regime"):
        if (group, text) in codes():
            return code_said(lang, text, group)
    return code_said(lang, text)


def known(group: str, code: str) -> bool:
    """Whether a code of a group has words of its own."""
    return (group, code) in codes()


def is_refusal(code: str) -> bool:
    """Whether a refusal's code has words of its own."""
    return known("refusal", code)


def refusal_said(lang: Lang, fault: LedgerError) -> dict[str, str]:
    """A refusal by its code: what it is called and what to do, in the language of the page; beside
    it the words of the program, which are English.
    """
    code = fault.code if is_refusal(fault.code) else _ANY_REFUSAL
    return {
        "message": code_said(lang, code, "refusal"),
        "next_step": code_said(lang, code, "refusal_todo"),
        "code": fault.code,
        "detail": str(fault),
    }


def fault_said(lang: Lang, code: str, message: str) -> str:
    """What is wrong with a field, by its code; in the words of the error where it has none."""
    found = codes().get(("fault", code))
    return message if found is None else found[0 if lang is Lang.ID else 1]


def todo(lang: Lang, code: str) -> str:
    """What is to be done about a reason; empty where nothing is."""
    found = codes().get(("todo", code), ("", ""))
    return found[0] if lang is Lang.ID else found[1]
