"""Permanent addresses of pages: where a document's QR code leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlencode

Pairs = Sequence[tuple[str, object]]
RECORD: Final = "/asn/{0}"
COMPARISON: Final = "/asn/{0}/perbandingan"
CASE: Final = "/kasus/{0}"
DECISION: Final = "/keputusan/{0}"


def link_of(site: str | None, path: str, *named: str, asked: Pairs = ()) -> str | None:
    """An address on a site with the coordinates that make it permanent; None without a site.

    Args:
        site: as https://kinerja.example.go.id.
        path: one of the paths above, with `named` in its places.
        asked: query parameters; those that are None are left out.
    """
    if site is None:
        return None
    there = site.rstrip("/") + path.format(*(quote(one, safe="") for one in named))
    query = urlencode([(name, value) for name, value in asked if value is not None])
    return f"{there}?{query}" if query else there
