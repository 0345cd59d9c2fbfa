"""The stylesheet, the module and the mark: served by us, under an address that holds their digest.

An address never changes its content, so it may be kept for ever; a changed file has another
address. All are read once, when the process starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Depends, Response

from api.http import guard

router = APIRouter(include_in_schema=False)

PREFIX: Final = "/static"
_TYPES: Final = MappingProxyType(
    {
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    }
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_DIGEST_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that every page uses: its bytes, media type and address."""

    body: bytes
    media_type: str
    digest: str
    name: str

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"{PREFIX}/{self.digest}/{self.name}"


@cache
def assets() -> Mapping[str, Asset]:
    """Every file of `static/` by its name."""
    found = {}
    for entry in files("api.web").joinpath("static").iterdir():
        media_type = _TYPES.get(entry.name.rpartition(".")[2])
        if media_type is not None:
            body = entry.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:_DIGEST_DIGITS]
            found[entry.name] = Asset(body, media_type, digest, entry.name)
    return MappingProxyType(found)


def address(name: str) -> str:
    """The address of a file of `static/`, for templates."""
    return assets()[name].address


@router.get(PREFIX + "/{digest}/{name}", dependencies=[Depends(guard.allow(None))])
def asset(digest: str, name: str) -> Response:
    """A file of `static/`; under another digest than its own there is nothing."""
    found = assets().get(name)
    if found is None or found.digest != digest:
        return Response("Tidak ada berkas di alamat ini.\n", 404, media_type="text/plain")
    return Response(
        found.body,
        media_type=found.media_type,
        headers={"Cache-Control": _FOR_EVER, "ETag": f'"{found.digest}"'},
    )
