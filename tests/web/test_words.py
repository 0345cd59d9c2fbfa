"""The words of the pages: every text has its English, with the same places to fill."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from api.web import words
from api.web.formats import Lang
from api.web.site import PAGES
from ledger.errors import LedgerError
from ledger.events.registry import specs
from projections import reasons
from projections.language.editing import ValueRefused

assert PAGES  # the whole site, so that every refusal of its parts is known
# Refusals of commands alone: of files and folders that only an operator names, and of what is found
# before anything is served.
AT_THE_COMMAND_LINE = (
    "api.cli.",
    "api.seeding.",
    "api.intake.rejects",
    "ledger.copies.archive",
    "ledger.keys.key_folder",
    "ledger.verifying.stored",
)
BEFORE_SERVING = {
    "key_folder_missing",
    "key_folder_exists",
    "key_folder_unnamed",
    "key_folder_wrong_origin",
    "not_a_ledger",
    "ledger_not_founded",
    "ledger_exists",
    "bad_ledger_url",
}
WEB = Path(words.__file__).parent
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
SAID = re.compile(r'(?:\b_|\.say)\(\s*"((?:[^"\\]|\\.)*)"')


def texts() -> list[tuple[str, str]]:
    """(file, text) of all that templates, charts and the menu say."""
    found = []
    for path in sorted([*WEB.rglob("*.html"), *WEB.rglob("*.py")]):
        text = COMMENT.sub("", path.read_text("utf-8"))
        found += [(path.name, one) for one in SAID.findall(text)]
    return found


def places(text: str) -> set[str]:
    """The names that a text leaves to be filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_of_the_pages_has_its_english() -> None:
    """Nobody meets an Indonesian sentence on an English page by oversight."""
    said = texts()
    assert len(said) > 60
    missing = sorted({f"{name}: {text}" for name, text in said if text not in words.catalogue()})
    assert not missing, "add to src/api/web/catalogue: " + "; ".join(missing)


def test_two_files_never_differ_on_a_text() -> None:
    """What is said on several pages has one English."""
    found: dict[str, set[str]] = {}
    for _, texts in words.translations():
        for indonesian, english in texts.items():
            found.setdefault(indonesian, set()).add(english)
    assert {one: said for one, said in found.items() if len(said) > 1} == {}


def test_every_refusal_has_words() -> None:
    """Title and what to do stand in both languages for every code that a page can meet."""
    met = {
        one.code
        for one in every_refusal(LedgerError)
        if not one.__module__.startswith(AT_THE_COMMAND_LINE)
    } - BEFORE_SERVING
    assert len(met) > 120
    for group in ("refusal", "refusal_todo"):
        assert {one for one in met if not words.known(group, one)} == set()


def every_refusal(one: type[LedgerError]) -> Iterator[type[LedgerError]]:
    """A class of refusals and all below it."""
    yield one
    for below in one.__subclasses__():
        yield from every_refusal(below)


def test_a_refusal_is_said_in_the_language_of_the_page() -> None:
    """By its code; the English words of the program stand beside it, never instead."""
    fault = ValueRefused("It is no number.", next_step="Write a number.")
    said = words.refusal_said(Lang.ID, fault)
    assert said["message"] == "Ada isian yang tidak diterima"
    assert said["next_step"].startswith("Betulkan")
    assert (said["code"], said["detail"]) == ("value_refused", "It is no number. Write a number.")
    assert words.refusal_said(Lang.ID, LedgerError("x"))["message"] == "Permintaan ditolak"


def test_both_languages_leave_the_same_places() -> None:
    """A translation fills in what the original fills in."""
    differ = [one for one, other in words.catalogue().items() if places(one) != places(other)]
    assert not differ


def test_nothing_is_translated_that_nobody_says() -> None:
    """The catalogue holds no leftovers: each text stands in quotes in a template or a module."""
    sources = [*WEB.rglob("*.html"), *WEB.parent.rglob("*.py")]
    whole = "".join(path.read_text("utf-8") for path in sources)
    assert [one for one in words.catalogue() if f'"{one}"' not in whole] == []


def test_every_code_has_both_languages() -> None:
    """A code in words is a pair of texts without blanks around."""
    for (group, code), pair in words.codes().items():
        assert len(pair) == 2, (group, code)
        assert all(one and one == one.strip() for one in pair), (group, code)


@pytest.mark.parametrize("lang", list(Lang))
def test_every_reason_of_an_answer_has_words(lang: Lang) -> None:
    """Why an answer is not certain is said in words, never as a code."""
    codes = [one for name, one in vars(reasons).items() if name.isupper() and name == one]
    assert len(codes) > 20
    for code in codes:
        assert ("reason", code) in words.codes(), code
        assert words.code_said(lang, code, "reason") != code


def test_a_text_is_filled_in() -> None:
    """Places take what they are given, in either language."""
    assert words.say(Lang.ID, "{n} baris", n=3) == "3 baris"
    assert words.say(Lang.EN, "{n} baris", n=3) == "3 rows"
    assert words.say(Lang.EN, "belum ada di katalog") == "belum ada di katalog"


def test_a_code_without_words_reads_as_a_heading() -> None:
    """An unlisted code is written as officials write it, and none is a dash."""
    assert words.code_said(Lang.ID, "SANGAT_TINGGI", "band") == "Sangat Tinggi"
    assert words.code_said(Lang.ID, "kualifikasi", "measure") == "Kualifikasi"
    assert words.code_said(Lang.EN, None) == "\u2013"
    assert words.code_said(Lang.ID, "PKN_II") == "PKN II"
    for written in ("III/d", "II.a", "2/3", "2024-01-01", "24"):
        assert words.code_said(Lang.ID, written, "why") == written


def test_every_kind_of_entry_has_words() -> None:
    """Whatever the log may hold is named in both languages."""
    kinds = {one.split("/")[0].partition(".")[2] for one in specs()}
    assert len(kinds) > 70
    assert {one for one in kinds if not words.known("fact", one)} == set()


@pytest.mark.parametrize("lang", list(Lang))
def test_the_rest_of_a_code_reads_as_a_heading(lang: Lang) -> None:
    """Where a closed list has no words of its own, its code is still said."""
    assert words.code_said(lang, "JPT_PRATAMA") == "JPT Pratama"
    assert words.todo(Lang.ID, "FACT_MISSING").startswith("Catat")
    assert words.todo(Lang.EN, "UNHEARD_OF") == ""
