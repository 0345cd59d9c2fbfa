"""What a refusal means: the address that the `type` of a problem names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.http.answers import answer
from api.http.guard import allow
from api.http.problems import REFUSED, STATUS, NotThere
from api.http.shapes import Meaning, Problem
from ledger.errors import meanings

router = APIRouter(tags=["problems"], dependencies=[Depends(allow(None))])


@router.get("/problems/{code}", response_model=Meaning, responses={400: {"model": Problem}})
def meaning(
    code: Annotated[str, Path(pattern="^[A-Za-z_]{1,64}$", description="As in a problem.")],
) -> Response:
    """What a code means, and the status it comes with."""
    said = meanings().get(code)
    if said is None:
        raise NotThere("No refusal has this code.", next_step="Copy it from the problem.")
    return answer({"code": code, "status": STATUS.get(code, REFUSED), "meaning": said})
