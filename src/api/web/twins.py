"""The twins of a page: the same answer for machines, sheets and paper, under the same address.

A page function is registered twice, at its address and at its address with `.{suffix}`; it asks
`suffix_of` which was meant, and gives what its query gave either to a template or to `twin`:

    @router.get("/asn/{pid}")
    @router.get("/asn/{pid}.{suffix}")
    def record(...) -> Response:
        ...
        suffix = suffix_of(request)
        if suffix is not None:
            return twin(request, suffix, shown, document, position=..., ask={...})
        return page(request, "rekam-jejak.html", ...)

Decorators work from the bottom up; the longer address must be found first, so it stands lowest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import Request, Response

from api.http.answers import answer
from api.http.guard import desk_of, settings_of
from api.http.problems import NotThere
from api.outputs import twins
from api.outputs.papers.context import context_of
from api.outputs.papers.links import link_of
from api.web.timebar import TWINS

Json = Mapping[str, Any]


class Document(NamedTuple):
    """What a sheet or a paper is made of: a kind of `api.outputs.twins`, and its object."""

    kind: str
    shown: Json


def suffix_of(request: Request) -> str | None:
    """The twin that an address asks for: one of json, csv, xlsx, pdf; None for the page.

    Raises:
        NotThere: another suffix.
    """
    found = request.path_params.get("suffix")
    if found is not None and found not in TWINS:
        raise NotThere(
            "There is no such twin of this page.", next_step="There are: " + ", ".join(TWINS) + "."
        )
    return found


def twin(
    request: Request,
    suffix: str,
    shown: Json,
    document: Document,
    *,
    position: int,
    ask: Mapping[str, object],
) -> Response:
    """The twin of a page.

    Args:
        suffix: as `suffix_of` gave it.
        shown: the whole object that the page shows; the JSON twin is that.
        position: what was known, the later one of two.
        ask: the coordinates that make the page's address permanent; None leaves one out.
    """
    if suffix == "json":
        return answer(shown)
    path = request.url.path.removesuffix(f".{suffix}")
    link = link_of(settings_of(request).address, path, asked=list(ask.items()))
    context = context_of(desk_of(request).ledger, position, link=link)
    made = twins.write(document.kind, f".{suffix}", document.shown, context)
    disposition = "inline" if suffix == "pdf" else "attachment"
    return Response(
        made.data,
        media_type=made.media,
        headers={"Content-Disposition": f'{disposition}; filename="{made.name}"'},
    )
