"""A text of an instrument with other parameters: each put where the old one stands.

A path is that of a parameter (`at`), as `measures.kinerja.max`; `sum` may be left out of it. What
comes out is a text again, to be checked by the loader like any other. Nothing else in it changes:
the text with the new value is read again and compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from ledger.errors import LedgerError
from projections.language.document import DocumentRefused, Listing, Node, Scalar, Table, parse

SUMS = ".sum."


class ParameterUnknown(LedgerError):
    """A path at which a text has no value that could be replaced."""

    code = "parameter_unknown"


class ValueRefused(LedgerError):
    """A value that cannot be put into a text as it stands."""

    code = "value_refused"


def changed(document: bytes, changes: Sequence[tuple[str, str]], *, file: str) -> bytes:
    """The text with each value in its place, one change after the other.

    Args:
        changes: (path, value), the value in YAML on one line: `25`, `{assumed: 25}`, `[A, B]`.

    Raises:
        DocumentRefused: the text cannot be read. ParameterUnknown, ValueRefused: a change cannot
            be made.
    """
    for path, value in changes:
        document = _with(document, path, value, file)
    return document


def _with(document: bytes, path: str, value: str, file: str) -> bytes:
    root = parse(document, file=file)
    found = _find(root, path)
    span = found.place.span
    if span is None:
        raise ParameterUnknown(
            f"{file}: {path} is a whole part of the text and no single value.",
            next_step="Name one value below it: " + ", ".join(_below(found)) + ".",
        )
    text = document.decode()
    new = (text[: span[0]] + value + text[span[1] :]).encode()
    try:
        wanted = _plain(parse(value.encode(), file="the value"))
        fits = _plain(parse(new, file=file)) == _plain(root, found.place.path, wanted)
    except DocumentRefused:
        fits = False
    if not fits:
        raise ValueRefused(
            f"The value for {path} is not one value of YAML on one line.",
            next_step="Write a number, a word, [A, B] or {assumed: 25}.",
        )
    return new


def _find(root: Node, path: str) -> Node:
    nodes = {node.place.path: node for node in _all(root) if node.place.path}
    short = {at.replace(SUMS, "."): node for at, node in nodes.items()}
    found = nodes.get(path) or short.get(path)
    if found is None:
        near = get_close_matches(path, short, n=3) or sorted(short)[:3]
        raise ParameterUnknown(
            f"The text has nothing at {path[:200]}.", next_step="Near: " + ", ".join(near) + "."
        )
    return found


def _all(node: Node) -> Iterator[Node]:
    yield node
    for inner in _inner(node):
        yield from _all(inner)


def _inner(node: Node) -> Iterator[Node]:
    if isinstance(node, Listing):
        yield from node.items
    elif isinstance(node, Table):
        yield from node.entries.values()


def _below(above: Node) -> list[str]:
    """Some of the values below a part of the text."""
    paths = [node.place.path for node in _all(above) if isinstance(node, Scalar)]
    return [one.replace(SUMS, ".") for one in paths[:5]]


def _plain(node: Node, path: str | None = None, instead: object = None) -> object:
    """What a node says, without where; with another value at a path."""
    if path is not None and node.place.path == path:
        return instead
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Listing):
        return [_plain(item, path, instead) for item in node.items]
    return {key: _plain(value, path, instead) for key, value in node.entries.items()}
