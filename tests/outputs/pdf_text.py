"""Reads the words of a PDF again, as a screen reader gets them: glyphs back to letters.

Enough of the format for what typst writes: object streams, Type 0 fonts with ToUnicode maps, and
the operators that show text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"(.*?)stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\()|\b(ET)\b")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(data: bytes) -> str:
    """All words in the order in which they are drawn, a blank between runs of text."""
    objects = dict(_objects(data))
    maps = {number: _letters(_unpacked(body)) for number, body in objects.items()}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    parts = []
    for page in pages:
        fonts = _fonts(page, objects, maps)
        for number in _content(page):
            parts.append(_words(_unpacked(objects[number]), fonts))
    return "\n".join(parts)


def plain(data: bytes) -> bytes:
    """The objects of a PDF one after the other, those out of object streams too."""
    return b"\n".join(body for _, body in _objects(data))


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    for found in _OBJECT.finditer(data):
        body = found.group(2)
        yield int(found.group(1)), body
        if b"/ObjStm" not in body:
            continue
        inner = _unpacked(body)
        first = int(re.search(rb"/First (\d+)", body).group(1))  # type: ignore[union-attr]
        heads = [int(one) for one in inner[:first].split()]
        places = [*heads[1::2], len(inner) - first]
        for at, number in enumerate(heads[0::2]):
            yield number, inner[first + places[at] : first + places[at + 1]]


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.match(body)
    if found is None:
        return b""
    raw = found.group(2)
    return zlib.decompress(raw) if b"/FlateDecode" in found.group(1) else raw


def _letters(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        rows = re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
        for low, high, text in rows:
            for step in range(int(high, 16) - int(low, 16) + 1):
                found[int(low, 16) + step] = chr(int(text, 16) + step)
    return found


def _reference(body: bytes, name: bytes) -> int | None:
    found = re.search(rb"/" + name + rb"\s+(\d+) 0 R", body)
    return None if found is None else int(found.group(1))


def _fonts(
    page: bytes, objects: dict[int, bytes], maps: dict[int, dict[int, str]]
) -> dict[bytes, dict[int, str]]:
    shared = _reference(page, b"Resources")
    resources = page if shared is None else objects[shared]
    own = _reference(resources, b"Font")
    listed = re.search(rb"/Font\s*<<(.*?)>>", resources, re.DOTALL)
    text = objects[own] if own is not None else b"" if listed is None else listed.group(1)
    found = {}
    for name, number in re.findall(rb"/(\w+)\s+(\d+) 0 R", text):
        cmap = _reference(objects[int(number)], b"ToUnicode")
        if cmap is not None:
            found[name] = maps[cmap]
    return found


def _content(page: bytes) -> list[int]:
    one = _reference(page, b"Contents")
    if one is not None:
        return [one]
    listed = re.search(rb"/Contents\s*\[(.*?)\]", page, re.DOTALL)
    return [] if listed is None else [int(n) for n in re.findall(rb"(\d+) 0 R", listed.group(1))]


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    said: list[str] = []
    at = 0
    while found := _TOKEN.search(content, at):
        at = found.end()
        name, hexed, literal, ended = found.groups()
        # What a mark without width stands for is said beside it, and is no text that is drawn.
        instead = content.endswith((b"/ActualText", b"/ActualText "), 0, found.start())
        if name:
            font = fonts.get(name, {})
        elif ended:
            said.append(" ")
        else:
            codes = bytes.fromhex(hexed.decode()) if hexed else b""
            if literal:
                codes, at = _literal(content, at)
            if instead:
                continue
            pairs = (codes[place : place + 2] for place in range(0, len(codes), 2))
            said.extend(font.get(int.from_bytes(pair), "") for pair in pairs)
    return "".join(said)


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """A string in parentheses, which may hold others, and the place behind it."""
    found, depth = bytearray(), 1
    while True:
        one = content[at : at + 1]
        at += 1
        if one == b"\\":
            digits = re.compile(rb"[0-7]{1,3}").match(content, at)
            escaped = content[at : at + 1] if digits is None else digits.group()
            at += len(escaped)
            found += bytes([int(escaped, 8)]) if digits else _ESCAPES.get(escaped, escaped)
            continue
        depth += (one == b"(") - (one == b")")
        if not depth:
            return bytes(found), at
        found += one
