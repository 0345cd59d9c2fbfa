"""A YAML document as located nodes: text, file, line and path; nothing is guessed from the text.

YAML's own reading of scalars (`no` is false, `1_000` is a number, `0x1F` too) is not used: every
scalar stays text, and whoever reads it says what it must be. Refused are anchors, aliases, tags,
merge keys, several documents, duplicate keys, deep nesting and big files, so that a document
means what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

import yaml

from ledger.canonical import clean_text
from ledger.errors import BadValue, LedgerError

T = TypeVar("T")
# The text of an instrument is the payload of one event, whose entry holds at most 65,535 bytes with
# every line break and quote escaped twice.
MAX_BYTES = 48 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000
MAX_DIGITS = 12
# What names an item of a list, so that its path says it.
ITEM_NAMES = ("measure", "requirement")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DocumentRefused(LedgerError):
    """An instrument document that cannot be read or breaks a rule; nothing of it is used."""

    code = "instrument_refused"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, line from 1, and path of keys.

    `span` are the characters of a value that may be replaced where it stands: from, and behind its
    end. None of a table or list over several lines.
    """

    file: str
    line: int
    path: str
    span: tuple[int, int] | None = field(default=None, compare=False)

    def refusal(self, message: str, remedy: str) -> DocumentRefused:
        """The error that names file, line, path and remedy."""
        where = f"{self.file} line {self.line}" + (f", {self.path}" if self.path else "")
        return DocumentRefused(
            f"{where}: {message}", next_step=remedy, file=self.file, line=self.line, path=self.path
        )


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as its text."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys are unique, in document order."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place


Node = Scalar | Listing | Table


def parse(text: bytes, *, file: str) -> Node:
    """The located nodes of one YAML document. `file` is its name for messages.

    Raises:
        DocumentRefused: with file, line, path and remedy.
    """
    start = Place(file, 1, "")
    if len(text) > MAX_BYTES:
        raise start.refusal(
            f"the file has {len(text)} bytes; at most {MAX_BYTES} are read.",
            "An instrument is a few pages; leave everything else out.",
        )
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        raise start.refusal("the file is not UTF-8 text.", "Save it as UTF-8.") from None
    try:
        _check_events(decoded, file)
        root = yaml.compose(decoded, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        raise Place(file, line, "").refusal(
            f"this is not YAML: {fault.problem or 'it cannot be read'}.",
            "Check indentation, colons, brackets and quotes at this line.",
        ) from None
    except yaml.YAMLError:
        raise start.refusal(
            "the file holds a character that YAML forbids.", "Remove control characters."
        ) from None
    if root is None:
        raise start.refusal("the file is empty.", "Write an instrument.")
    return _located(root, Place(file, root.start_mark.line + 1, ""))


def _check_events(text: str, file: str) -> None:
    """Refuse what a plain document never needs, before anything is built from it."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        place = Place(file, event.start_mark.line + 1 if event.start_mark else 1, "")
        if isinstance(event, yaml.AliasEvent):
            raise place.refusal("an alias (*) is not allowed.", "Write the value out.")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise place.refusal(
                    "a second document begins here.", "Put each instrument into its own file."
                )
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if event.anchor is not None:
                raise place.refusal("an anchor (&) is not allowed.", "Write the value out.")
            if getattr(event, "tag", None) is not None:
                raise place.refusal("a tag (!) is not allowed.", "Write the plain value.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise place.refusal(
                f"more than {MAX_DEPTH} levels or {MAX_NODES} values.", "Simplify the instrument."
            )


def _span(node: yaml.Node) -> tuple[int, int] | None:
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return None
    return node.start_mark.index, node.end_mark.index


def _located(node: yaml.Node, place: Place) -> Node:
    place = replace(place, span=_span(node))
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, place)
    if isinstance(node, yaml.SequenceNode):
        return Listing(tuple(_items(node, place)), place)
    entries: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for key, value in node.value:
        at = Place(place.file, key.start_mark.line + 1, place.path)
        if not isinstance(key, yaml.ScalarNode):
            raise at.refusal("a key must be a word.", "Write `word: value`.")
        word = key.value
        if word in entries:
            raise at.refusal(f"the key {word!r} stands twice.", "Keep one of them.")
        if word == "<<":
            raise at.refusal("a merge key (<<) is not allowed.", "Write the values out.")
        path = f"{place.path}.{word}" if place.path else word
        keys[word] = Place(place.file, key.start_mark.line + 1, path)
        entries[word] = _located(value, Place(place.file, value.start_mark.line + 1, path))
    return Table(entries, keys, place)


def _items(node: yaml.SequenceNode, place: Place) -> Iterator[Node]:
    """Items of a list; one that has a name is called by it, others are numbered from 1."""
    seen: dict[str, int] = {}
    for number, item in enumerate(node.value, start=1):
        name = _measure_name(item)
        if name is None:
            path = f"{place.path}[{number}]"
        else:
            seen[name] = seen.get(name, 0) + 1
            again = f"#{seen[name]}" if seen[name] > 1 else ""
            path = f"{place.path}.{name}{again}"
        yield _located(item, Place(place.file, item.start_mark.line + 1, path))


def _measure_name(item: yaml.Node) -> str | None:
    if isinstance(item, yaml.MappingNode):
        for key, value in item.value:
            if isinstance(key, yaml.ScalarNode) and key.value in ITEM_NAMES:
                return value.value if isinstance(value, yaml.ScalarNode) else None
    return None


class Form:
    """A table read key by key; what was not asked for is refused at `done`."""

    def __init__(self, node: Node, *, what: str) -> None:
        """`what` names the table in messages, as "a measure"."""
        if not isinstance(node, Table):
            raise node.place.refusal(
                f"{what} must be a table.", "Write `key: value` lines or {key: value}."
            )
        self.table = node
        self.place = node.place
        self.what = what
        self._asked: list[str] = []

    def need(self, key: str) -> Node:
        """The node under a key that must be there."""
        node = self.may(key)
        if node is None:
            raise self.place.refusal(f"{self.what} lacks `{key}`.", f"Add `{key}: …`.")
        return node

    def may(self, key: str) -> Node | None:
        """The node under a key, or None."""
        self._asked.append(key)
        return self.table.entries.get(key)

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        for key, place in self.table.keys.items():
            if key not in self._asked:
                raise place.refusal(
                    f"{self.what} has no `{key}`.",
                    "Known here are: " + ", ".join(dict.fromkeys(self._asked)) + ".",
                )


def scalar(node: Node, *, what: str) -> Scalar:
    """The node, which must be a single value that is not empty."""
    if not isinstance(node, Scalar) or not node.text.strip():
        raise node.place.refusal(
            f"{what} must be a single value.", "Write one word, number or text."
        )
    return node


def text(node: Node, *, what: str) -> str:
    """Text in one line, without control characters, as it may stand in an answer."""
    found = scalar(node, what=what)
    try:
        return clean_text(found.text)
    except BadValue as fault:
        raise found.place.refusal(f"{what}: {fault.message}", fault.next_step) from None


def number(node: Node, *, what: str) -> Decimal:
    """An exact number, 0 or more, read from its digits and never through binary fractions."""
    found = scalar(node, what=what)
    if not _NUMBER.fullmatch(found.text):
        raise found.place.refusal(f"{what} is not a number.", "Write plain digits, as 20 or 22.5.")
    if len(found.text) > MAX_DIGITS:
        raise found.place.refusal(f"{what} has too many digits.", f"Give at most {MAX_DIGITS}.")
    value = Decimal(found.text)
    if value < 0:
        raise found.place.refusal(f"{what} is negative.", "Give 0 or more.")
    return value


def whole(node: Node, *, what: str, least: int, most: int) -> int:
    """A whole number within bounds, both inside."""
    value = number(node, what=what)
    if value != value.to_integral_value() or not least <= value <= most:
        raise node.place.refusal(
            f"{what} must be a whole number from {least} to {most}.", "Correct the number."
        )
    return int(value)


def day(node: Node, *, what: str) -> date:
    """A day written as 2019-05-15."""
    found = scalar(node, what=what)
    try:
        if _DAY.fullmatch(found.text):
            return date.fromisoformat(found.text)
    except ValueError:
        pass
    raise found.place.refusal(f"{what} is not a day that exists.", "Write it as 2019-05-15.")


def one_of(node: Node, allowed: tuple[str, ...], *, what: str) -> str:
    """A word of a closed list."""
    word = text(node, what=what)
    if word not in allowed:
        raise node.place.refusal(
            f"{what} does not know `{word}`.", "Use one of: " + ", ".join(allowed) + "."
        )
    return word


def listed(node: Node, read: Callable[[Node], T], *, what: str) -> tuple[T, ...]:
    """The items of a list, or of a single value taken as a list of one."""
    items = node.items if isinstance(node, Listing) else (scalar(node, what=what),)
    if not items:
        raise node.place.refusal(f"{what} is empty.", "Give at least one.")
    return tuple(read(item) for item in items)
