"""Every forgery of the catalogue is done, and is found by whom the catalogue says, in its words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api import verification
from api.founding import found_ledger
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.storage.store import EventStore
from ledger.verifying.checkpoints import Claim, parse_claim
from ledger.verifying.findings import KINDS
from ledger.verifying.whole import Verified, Wish, verify
from projections.table.table_check import check_table
from tests.builders import FOUNDING
from tests.tamper import around_the_log
from tests.tamper.catalogue import BOTH, CATALOGUE, Finder, Forgery
from tests.tamper.conftest import CopyOf
from tests.tamper.forger import Forger
from tests.tamper.places import Place

WITH_SEGMENTS = frozenset({"segment-garbled", "segment-edited", "segment-hidden"})
ROWS = [
    pytest.param(row, dialect, id=f"{row.name}-{dialect}")
    for row in CATALOGUE
    if row.act is not None and row.finder is not Finder.WITNESS
    for dialect in row.on
]


def look(
    place: Place, *claims: Claim, keys: bool = False, segments: bool = False
) -> tuple[set[str], Verified]:
    """The codes of everything found, and the report."""
    verified = verify(Wish(place.url, claims, place.keys if keys else None))
    if segments:
        with EventStore.open(place.url) as store:
            check_table(store, place.facts, verified.findings)
    return set(verified.findings.counts), verified


@pytest.mark.parametrize("dialect", BOTH)
def test_an_untouched_ledger_is_clean(copy_of: CopyOf, dialect: str) -> None:
    """With the keys, an earlier checkpoint and the facts table: nothing is found."""
    place = copy_of(dialect)
    codes, verified = look(place, place.claim, keys=True, segments=True)
    assert codes == set()
    assert verified.clean
    assert verified.checkpoints == 2
    assert verified.claims == 1


@pytest.mark.parametrize(("row", "dialect"), ROWS)
def test_a_forgery_is_found_by_whom_the_catalogue_says(
    copy_of: CopyOf, row: Forgery, dialect: str
) -> None:
    """By nobody before him, and in exactly the words of the row."""
    place = copy_of(dialect)
    forger = Forger(place)
    assert row.act is not None
    with forger.forging(guards_back=row.guards_back):
        row.act(forger)
    segments = row.name in WITH_SEGMENTS
    alone, _ = look(place, segments=segments)
    if row.finder is Finder.ALONE:
        assert sorted(alone) == sorted(row.codes)
        return
    assert alone == set()
    with_keys, _ = look(place, keys=True)
    if row.finder is Finder.KEYS:
        assert sorted(with_keys) == sorted(row.codes)
        return
    assert with_keys == set()
    earlier, _ = look(place, place.claim, keys=True)
    assert sorted(earlier) == sorted(row.codes)


@pytest.mark.parametrize("dialect", BOTH)
def test_a_rewrite_without_checkpoints_is_named_by_an_earlier_one(
    copy_of: CopyOf, dialect: str
) -> None:
    """Alone a notice says that checkpoints are gone; with one kept elsewhere it is damage."""
    place = copy_of(dialect)
    forger = Forger(place)
    row = _row("rewrite-hide-checkpoints")
    assert row.act is not None
    with forger.forging():
        row.act(forger)
    alone, verified = look(place)
    assert verified.clean
    earlier, verified = look(place, place.claim)
    assert earlier == alone | {"history_replaced"}
    assert not verified.clean


@pytest.mark.parametrize("dialect", BOTH)
def test_a_ledger_put_in_the_place_of_another_is_found(
    copy_of: CopyOf, database_url: str, tmp_path: Path, dialect: str
) -> None:
    """It is clean in itself; the checkpoint kept belongs to another one."""
    kept = copy_of(dialect).claim
    found_ledger(database_url, FOUNDING, keys=tmp_path / "keys", actor="orang").close()
    assert not verify(Wish(database_url)).findings.counts
    assert set(verify(Wish(database_url, [kept])).findings.counts) == _row("replaced-whole").codes


def test_a_file_rolled_back_is_found(copy_of: CopyOf, tmp_path: Path) -> None:
    """The older copy is clean in itself, and shorter than a checkpoint taken later."""
    place = copy_of("sqlite")
    older = tmp_path / "older.sqlite3"
    shutil.copy(place.database, older)
    with place.opened() as ledger:
        newer = take_checkpoint(ledger, actor="penjaga").text()
    claim = parse_claim(newer, source="a witness")
    for left in place.database.parent.glob(f"{place.database.name}-*"):
        left.unlink()
    shutil.copy(older, place.database)
    assert look(place, place.claim)[0] == set()
    assert look(place, claim)[0] == _row("rolled-back").codes


def test_an_older_checkpoint_served_as_the_newest_shows_only_to_a_witness(copy_of: CopyOf) -> None:
    """The ledger agrees with it; who saw a newer one sees that the copy shown is too short."""
    place, served = copy_of("sqlite"), copy_of("sqlite")
    with place.opened() as ledger:
        newer = take_checkpoint(ledger, actor="penjaga").text()
    assert look(served, served.claim)[0] == set()
    witness = parse_claim(newer, source="a witness")
    assert look(served, witness)[0] == _row("older-served").codes


@pytest.mark.parametrize("dialect", BOTH)
def test_a_split_view_shows_only_to_a_witness(copy_of: CopyOf, dialect: str) -> None:
    """The auditor's own checkpoint agrees with the history he was shown; the witness's does not."""
    row, place = _row("split-view"), copy_of(dialect)
    forger = Forger(place)
    assert row.act is not None
    with forger.forging():
        own = row.act(forger)
    assert look(place, own, keys=True)[0] == set()
    assert look(place, place.claim)[0] == row.codes


def test_a_changed_file_of_an_instrument_is_told(
    copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The enacted text is another; the notice says that scores rest on that one."""
    _, verified = look(copy_of("sqlite"))
    verification.check_shipped(verified.enacted, verified.findings)
    assert not verified.findings.counts
    around_the_log.edit_shipped_instrument(monkeypatch)
    verification.check_shipped(verified.enacted, verified.findings)
    assert set(verified.findings.counts) == _row("shipped-file").codes


def test_the_catalogue_names_each_row_once_and_knows_its_words() -> None:
    """Names are unique, codes exist, and what nobody finds says why."""
    names = [row.name for row in CATALOGUE]
    assert len(set(names)) == len(names)
    for row in CATALOGUE:
        assert row.codes <= KINDS.keys()
        assert bool(row.codes) == (row.finder is not Finder.NOBODY)
        assert bool(row.why) == (row.finder in (Finder.NOBODY, Finder.WITNESS))


def _row(name: str) -> Forgery:
    return next(row for row in CATALOGUE if row.name == name)
