"""Score certificates: computed again from themselves, and every change found and named."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.copies.bundle_seal import checkpoint_for, seal_of
from ledger.errors import LedgerError
from ledger.proofs.note import verifier_key
from projections.asking import selection
from projections.asking.certificate import ScoreDiffers, certificate, check
from tests.archives import flipped
from tests.bundles.conftest import Made
from tests.persons import nip
from tests.store.checker import tree_hash


def made_again(whole: dict[str, Any]) -> bytes:
    """The bytes of a certificate with a digest that fits, as a forger writes them."""
    kept = {name: part for name, part in whole.items() if name != "digest"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    kept["digest"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def content(made: Made) -> dict[str, Any]:
    """The certificate as a dictionary."""
    whole: dict[str, Any] = json.loads(made.certificate.read_bytes())
    return whole


def test_a_certificate_proves_its_answer(made: Made) -> None:
    """The same answer, to the digest, with the checkpoint that it rests on."""
    found = check(made.certificate.read_bytes())
    assert found.answer == made.desk.score(1, position=found.answer["position"])
    assert found.proven.origin == made.desk.ledger.origin
    assert found.proven.signers == (made.desk.ledger.origin,)
    assert made_again(content(made)) == made.certificate.read_bytes()


def test_a_certificate_holds_neither_number_nor_name(made: Made) -> None:
    """Of nobody: whoever shows it says whose it is."""
    text = made.certificate.read_text("utf-8")
    assert not any(nip(who) in text for who in (1, 2, 3))
    assert not any(name in text for name in ("Ani", "Budi", "Citra"))


@given(bit=st.integers(0, 2**40))
def test_every_flipped_bit_of_a_certificate_is_found(made: Made, bit: int) -> None:
    """Wherever it lies."""
    with pytest.raises(LedgerError) as refused:
        check(flipped(made.certificate.read_bytes(), bit))
    assert refused.value.message


@given(size=st.integers(0, 2**40))
def test_every_truncated_certificate_is_found(made: Made, size: int) -> None:
    """Cut anywhere, also to nothing."""
    data = made.certificate.read_bytes()
    with pytest.raises(LedgerError) as refused:
        check(data[: size % len(data)])
    assert refused.value.message


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value below one."""
    found = [at] if at else []
    if isinstance(value, dict):
        for name in value:
            found += paths(value[name], (*at, name))
    elif isinstance(value, list):
        for place in range(len(value)):
            found += paths(value[place], (*at, place))
    return found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.data())
def test_any_value_exchanged_under_a_fitting_digest_is_found(
    made: Made, data: st.DataObject
) -> None:
    """A forger who computes the digest again: events, tree, checkpoint and answer, each value."""
    whole = content(made)
    path = data.draw(st.sampled_from(paths(whole)))
    value = data.draw(JSON)
    inner: Any = whole
    for step in path[:-1]:
        inner = inner[step]
    if inner[path[-1]] == value and type(inner[path[-1]]) is type(value):
        return
    inner[path[-1]] = value
    if path == ("digest",):
        return
    with pytest.raises(LedgerError) as refused:
        check(made_again(whole))
    assert refused.value.message


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("total",), "91", "total"),
        (("band",), "SANGAT_TINGGI", "band"),
        (("status",), "provisional", "status"),
        (("measures", 0, "points"), "25", "measures[0].points"),
        (("measures", 0, "facts", 0, "position"), 3, "measures[0].facts[0].position"),
        (("unit",), "0" * 32, "unit"),
        (("engine",), "2", "engine"),
    ],
)
def test_what_differs_is_named(made: Made, path: Any, value: Any, where: str) -> None:
    """The events prove one answer, the certificate states another: the place is told."""
    whole = content(made)
    inner = whole["answer"]
    for step in path[:-1]:
        inner = inner[step]
    assert inner[path[-1]] != value
    inner[path[-1]] = value
    with pytest.raises(ScoreDiffers) as differs:
        check(made_again(whole))
    assert where in list(cast("Any", differs.value.details["different"]))
    assert where in differs.value.message


def test_a_period_is_that_of_the_day(made: Made) -> None:
    """An answer of one year does not pass for that of another."""
    whole = content(made)
    assert whole["answer"]["as_of"] == "2022-12-31"
    whole["answer"]["period"] = "2021"
    with pytest.raises(LedgerError, match="another day than the last of its period"):
        check(made_again(whole))


def test_a_fact_cannot_be_left_out(made: Made) -> None:
    """Neither the person's last event nor a unit he is placed in, though each other part fits."""
    whole = content(made)
    subject = whole["answer"]["subject"]
    own = [entry for entry in whole["events"] if json.loads(entry)[2] == subject]
    whole["events"].remove(own[-1])
    with pytest.raises(LedgerError) as refused:
        check(made_again(whole))
    assert refused.value.message


def test_a_unit_left_out_is_noticed(made: Made, tmp_path: Path) -> None:
    """A certificate made without a unit that the person names proves too little."""
    desk = made.desk
    stored = checkpoint_for(desk.ledger, 1, actor="tester")
    streams = [desk.ledger.stream, desk.stream(1)]
    answer = desk.score(1, position=stored.size)
    with seal_of(desk.ledger, stored) as seal:
        data = certificate(desk.ledger.store, answer, seal, streams)
    with pytest.raises(LedgerError, match="is left out"):
        check(data)
    every = selection.streams_of(desk.ledger, [desk.stream(1)], stored.size)
    with seal_of(desk.ledger, stored) as seal:
        assert check(certificate(desk.ledger.store, answer, seal, sorted(every))).position_proven


def test_a_checkpoint_of_a_key_that_is_not_trusted_is_refused(made: Made) -> None:
    """Where the reader holds the agency's key, nobody else's log passes for the agency's."""
    with pytest.raises(LedgerError, match="none of the keys named"):
        check(made.certificate.read_bytes(), trusted=[verifier_key("a.go.id", bytes(range(32)))])


def test_by_hand_with_the_standard_library(made: Made) -> None:
    """What docs/audit.md shows: leaves, tree and root without our code."""
    whole = content(made)
    leaves = {
        json.loads(entry)[1] - 1: hashlib.sha256(b"\x00" + entry.encode()).digest()
        for entry in whole["events"]
    }
    rest = iter(bytes.fromhex(one) for one in whole["tree"]["log"])

    def root(start: int, end: int) -> bytes:
        if not any(start <= place < end for place in leaves):
            return next(rest)
        if end - start == 1:
            return leaves[start]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        return hashlib.sha256(b"\x01" + root(start, middle) + root(middle, end)).digest()

    lines = whole["checkpoint"].split("\n")
    assert root(0, whole["size"]) == base64.b64decode(lines[2])
    every = [event.leaf for event in made.desk.ledger.store.read(1, whole["size"])]
    assert tree_hash(every) == base64.b64decode(lines[2])
