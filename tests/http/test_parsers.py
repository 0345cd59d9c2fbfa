"""What is read from strangers: addresses of tiles, headers, PDFs; nothing in them breaks a reader."""

from __future__ import annotations

import zlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.file_check import certificate_in
from api.http.accepting import chosen
from api.http.tile_path import level_of, tile_place, tile_text
from ledger.checkpoints.tiles import WIDTH

OFFERED = ("application/json", "text/plain", "text/event-stream")


def asking(accept: str) -> Request:
    """A request with an Accept header."""
    headers = [(b"accept", accept.encode("latin-1", "replace"))]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    return Request(scope)


@given(st.integers(0, 10**20), st.integers(1, WIDTH))
def test_a_tile_is_read_as_it_is_written(number: int, width: int) -> None:
    """Every number and width has one address, which is read back as that alone."""
    text = tile_text(number) + ("" if width == WIDTH else f".p/{width}")
    assert tile_place(text) == (number, width)


@given(st.text(st.sampled_from("x0123456789/.p٣"), max_size=40))
def test_what_is_read_as_a_tile_is_written_so(text: str) -> None:
    """No second writing of an address is accepted."""
    place = tile_place(text)
    if place is not None:
        again = tile_text(place.number)
        assert text == (again if place.width == WIDTH else f"{again}.p/{place.width}")
    level = level_of(text)
    assert level is None or str(level) == text


@given(st.text(st.sampled_from("abcdejlnopstvx/*,;q=.01 -+\t\x00\xff"), max_size=80))
def test_any_accept_header_chooses_something(accept: str) -> None:
    """Whatever a client accepts, it is answered in a form that there is."""
    assert chosen(asking(accept), OFFERED) in OFFERED


def test_the_better_form_is_chosen() -> None:
    """Weights and exactness decide; nothing asked for, or nothing known, is the first."""
    for accept, expected in (
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("text/plain", "text/plain"),
        ("text/*;q=0.5, application/json;q=0.4", "text/plain"),
        ("application/json;q=0, */*;q=0.1", "text/plain"),
        ("text/event-stream, */*;q=0.9", "text/event-stream"),
    ):
        assert chosen(asking(accept), OFFERED) == expected, accept


@given(data=st.binary(max_size=300), packed=st.booleans())
def test_no_bytes_break_the_search_in_a_pdf(data: bytes, *, packed: bool) -> None:
    """A certificate is found behind anything, and nothing is found where there is none."""
    whole = b'{"answer":{}}\n'
    inside = zlib.compress(whole) if packed else whole
    before = data.replace(b"stream", b"")
    assert certificate_in(b"%PDF-" + before + b"stream\n" + inside + b"\nendstream") == whole
    assert certificate_in(b"%PDF-" + before.replace(b"answer", b"")) is None
