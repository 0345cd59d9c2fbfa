"""What is told of canonical texts from outside is what looking into them tells."""

from __future__ import annotations

import json
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ledger.verifying import entries, shapes, texts

MARK = st.text("0123456789abcdef", min_size=32, max_size=32)
WORDS = st.text(max_size=12) | st.sampled_from([" a", "a ", 'a"b', "a\\b", "e\u0301", "a\x7f", "-"])
PARTS = st.dictionaries(
    st.sampled_from(["batch", "file", "form", "row", "sheet", "date", "kind", "number", "sha256"]),
    WORDS | st.integers(-1, 10**16) | st.floats(allow_nan=False, allow_infinity=False),
)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "actor": WORDS,
        "act": MARK,
        "clock_jump": st.booleans(),
        "content": MARK | WORDS,
        "document": PARTS | WORDS,
        "gist": MARK,
        "match": MARK,
        "origin": PARTS,
        "stray": WORDS,
    },
)
WRITERS = (
    lambda told: orjson.dumps(told, option=orjson.OPT_SORT_KEYS),
    orjson.dumps,
    lambda told: json.dumps(told).encode(),
    lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(),
)


@given(told=CONTEXTS, writer=st.sampled_from(WRITERS))
def test_a_plain_context_is_a_canonical_one(told: dict[str, Any], writer: Any) -> None:
    """The pattern accepts nothing that parsing and writing again would not."""
    raw = writer(told)
    if texts.are_plain_contexts([raw]):
        read = entries.canonical_object(raw)
        assert read is not None
        assert entries.clean_texts(read)
        assert shapes.context_fits(read)


@given(raw=st.binary(max_size=60), at=st.integers(0, 60))
def test_no_other_bytes_are_a_plain_context(raw: bytes, at: int) -> None:
    """Nor bytes put into a true one; and two never read as one."""
    true = b'{"actor":"a","origin":{"form":"facts","row":7}}'
    changed = true[:at] + raw + true[at:]
    if texts.are_plain_contexts([changed, true]):
        read = entries.canonical_object(changed)
        assert changed == b"" or (read is not None and entries.clean_texts(read))


@given(told=st.lists(WORDS), writer=st.sampled_from(WRITERS))
def test_plain_text_is_clean(told: list[str], writer: Any) -> None:
    """What is plain from outside holds only clean texts; ASCII without escapes is always told."""
    raw = writer({"a": told})
    if raw == orjson.dumps({"a": told}):
        if texts.is_plain(raw):
            assert entries.clean_texts(told)
        elif raw.isascii() and b"\\" not in raw:
            assert not entries.clean_texts(told)
