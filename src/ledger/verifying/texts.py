"""Canonical texts, many at once: what is plain is told from outside, without looking into each.

What is not plain (a quotation, letters beyond ASCII in a context, a new field) is not wrong: it is
looked at more closely, by parsing it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_UNCLEAN = re.compile(r'[\x7f-\x9f]|"\s|\s"')
_TEXT = r'"[^"\\\x00-\x1f\x7f-\xff]*+"'
_MARK = r'"[0-9a-f]{32}"'
_NUMBER = r"(?:0|[1-9][0-9]{0,14})"


def _object(fields: Sequence[tuple[str, str]]) -> str:
    """Fields in the order of their names, each at most once, at least one; possessive, so that
    nothing is tried twice.
    """
    parts = "".join(f'(?:(?<!\\{{),"{name}":{value}|(?<=\\{{)"{name}":{value})?+'
                    for name, value in fields)  # fmt: skip
    return rf"\{{{parts}\}}"


_DOCUMENT = _object([("date", _TEXT), ("kind", _TEXT), ("number", _TEXT), ("sha256", _TEXT)])
_ORIGIN = _object(
    [("batch", _TEXT), ("file", _TEXT), ("form", _TEXT), ("row", _NUMBER), ("sheet", _TEXT)]
)
_CONTEXT = _object(
    [
        ("act", _MARK),
        ("actor", _TEXT),
        ("clock_jump", "true"),
        ("content", _MARK),
        ("document", _DOCUMENT),
        ("gist", _MARK),
        ("key", _MARK),
        ("loose", _MARK),
        ("match", _MARK),
        ("origin", _ORIGIN),
    ]
)
# A line each: a line break stands in no canonical text, and nothing before the first field.
_CONTEXTS = re.compile(rf"(?:(?:{_CONTEXT})?+\n)*+".encode())


def are_plain_contexts(contexts: Sequence[bytes]) -> bool:
    """Whether all are canonical contexts of known fields in plain ASCII; False says nothing."""
    joined = b"\n".join(contexts) + b"\n"
    return joined.count(b"\n") == len(contexts) and (
        _CONTEXTS.fullmatch(joined) is not None and has_clean_ends(joined)
    )


def has_clean_ends(joined: bytes) -> bool:
    """Whether no text in canonical JSON without escapes begins or ends with a space.

    A quotation mark opens or closes a text, and outside of texts stands no white space.
    """
    return b" " not in joined or not (b'" ' in joined or b' "' in joined)


def is_plain(joined: bytes) -> bool:
    """Whether canonical JSON holds nothing but clean text: NFC, no control characters, no white
    space at its ends. False where an escape stands in it, which needs a closer look.
    """
    if b"\\" in joined or not has_clean_ends(joined):
        return False
    if joined.isascii():
        return b"\x7f" not in joined
    text = str(joined, "utf-8")
    return _UNCLEAN.search(text) is None and unicodedata.is_normalized("NFC", text)
