"""Signing in: the ways there are, and for whoever is signed in what records are read for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.access.same_origin import own_path
from api.demo.accounts import ACCOUNTS
from api.http.guard import allow
from api.http.routes.signing_in import PATH_MAX, DoorsHere, ways_in
from api.http.sign_in import Doors
from api.web.render import page
from ledger.errors import LedgerError
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(dependencies=[Depends(allow(None))])
PLACE: Final = "/masuk"
# What the sign-in page itself says; every other refusal has the page of problems.
REFUSALS: Final = frozenset(
    {"sign_in_refused", "identity_unlinked", "too_many_attempts", "provider_unavailable"}
)
NEEDED, PURPOSE = "sign_in_needed", "purpose_needed"
_LABELS: Final = {one.name: (one.label, one.english) for one in ACCOUNTS}


@router.get(PLACE)
def sign_in(
    request: Request,
    doors: DoorsHere,
    following: Annotated[str, Query(alias="lanjut", max_length=PATH_MAX)] = "/",
) -> Response:
    """The ways in; for whoever is signed in, who that is and what he reads records for."""
    return page(request, "masuk.html", _shown(request, doors, own_path(following)))


def refused(request: Request, fault: LedgerError, status: int) -> Response | None:
    """What a browser is shown where a sign-in is needed, or failed, or a purpose is needed; None
    for every other refusal.
    """
    doors = request.app.state.sign_in
    if not isinstance(doors, Doors):
        return None
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    following = own_path(here) if request.method == "GET" else "/"
    if fault.code == NEEDED and request.url.path != PLACE:
        return RedirectResponse(f"{PLACE}?{urlencode({'lanjut': following})}", 303)
    if fault.code == PURPOSE:
        wanted = {"following": following, "purposes": _purposes()}
        return page(request, "tujuan.html", wanted, status=status)
    if fault.code in REFUSALS:
        told = _shown(request, doors, "/") | {"refused": fault.code}
        told["wait"] = fault.details.get("retry_after")
        answer = page(request, "masuk.html", told, status=status)
        if told["wait"] is not None:
            answer.headers["Retry-After"] = str(told["wait"])
        return answer
    return None


def _shown(request: Request, doors: Doors, following: str) -> dict[str, Any]:
    """What the template of the page needs."""
    ways, asking = ways_in(request, doors), doors.asking(request)
    by_account: Mapping[str, dict[str, Any]] = {one["account"]: one for one in ways["demo"]}
    ordered = [name for name in _LABELS if name in by_account]
    ordered += [name for name in by_account if name not in _LABELS]
    return {
        "following": following,
        "openid": ways["openid"],
        "demo": [
            {
                **by_account[name],
                "label": _LABELS.get(name, (name, name))[0],
                "english": _LABELS.get(name, (name, name))[1],
            }
            for name in ordered
        ],
        "purposes": _purposes(),
        "purpose": None if asking is None else asking.purpose,
        "method": None if asking is None else asking.method,
        "refused": None,
        "wait": None,
    }


def _purposes() -> list[str]:
    """What one may say that others' records are read for."""
    return [one.value for one in ReadingPurpose if one is not ReadingPurpose.OWN_RECORD]
