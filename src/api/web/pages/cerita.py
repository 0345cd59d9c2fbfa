"""Cerita: the guided stories of a demo, a page after the other."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.routing import Match

from api.http import guard
from api.http.guard import DeskHere
from api.http.problems import NotThere
from api.http.sign_in import Doors
from api.web.formats import Lang
from api.web.render import page, shell_of
from api.web.tours import step_address, tours_of

router = APIRouter()
Json = dict[str, Any]


@router.get("/panduan/cerita", dependencies=[Depends(guard.allow(None))])
def stories(request: Request, desk: DeskHere) -> Response:
    """Three stories with the pages that tell them, and who may see them."""
    if not desk.demo:
        raise NotThere("There are stories only where everybody is invented.")
    shell, doors = shell_of(request), request.app.state.sign_in
    offered = isinstance(doors, Doors) and doors.demo_allowed(request)
    told = [
        {
            **tour,
            "said": tour["title"] if shell.lang is Lang.ID else tour["english"],
            "mine": shell.account == tour["account"],
            "offered": offered,
            "steps": [
                {
                    "said": step["says"] if shell.lang is Lang.ID else step["english"],
                    "href": step_address(tour, place),
                    "open": shell.account == tour["account"] and _served(request, step["address"]),
                }
                for place, step in enumerate(tour["steps"])
            ],
        }
        for tour in tours_of(desk.ledger)
    ]
    return page(request, "cerita.html", {"tours": told})


def _served(request: Request, address: str) -> bool:
    """Whether this installation has that page."""
    scope = {"type": "http", "method": "GET", "path": address.partition("?")[0], "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
