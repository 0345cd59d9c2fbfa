"""Every refusal as a problem of RFC 9457, with the stable code of `ledger.errors`.

One table gives each code its HTTP status; a code that is not in it is 422, because the request was
understood and refused. Messages of `LedgerError` hold no personal data, so they are shown whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.errors import LedgerError

MEDIA_TYPE = "application/problem+json"
PLACE = "/api/v1/problems"


class SignInNeeded(LedgerError):
    """Nobody is signed in, or the session or token is over."""

    code = "sign_in_needed"


class NoRight(LedgerError):
    """Whoever is signed in has no right to this."""

    code = "no_right"


class NotThere(LedgerError):
    """There is nothing at this address, or nothing that the reader may see."""

    code = "not_there"


class PurposeNeeded(LedgerError):
    """A person's record is read for a purpose, which must be named."""

    code = "purpose_needed"


class VersionNeeded(LedgerError):
    """A command must say which version of the record it was decided on (RFC 6585)."""

    code = "version_needed"


class TooManyRequests(LedgerError):
    """More requests than an account may send in a minute."""

    code = "too_many_requests"


class BodyTooLarge(LedgerError):
    """A body of more bytes than the server takes."""

    code = "body_too_large"


class HeadersTooLarge(LedgerError):
    """More headers than the server takes."""

    code = "headers_too_large"


class TooSlow(LedgerError):
    """The answer did not begin in time, or the request did not arrive in time."""

    code = "too_slow"


class NotReady(LedgerError):
    """The server cannot answer yet, or not any more."""

    code = "not_ready"


class HostUnknown(LedgerError):
    """A request for a host that the server does not answer for."""

    code = "host_unknown"


class ForeignOrigin(LedgerError):
    """A form or script of another site asked in the user's name."""

    code = "foreign_origin"


_BY_STATUS: Mapping[int, Sequence[str]] = {
    400: ["malformed_request"],
    401: ["sign_in_needed"],
    403: [
        "no_right",
        "own_role",
        "second_person_needed",
        "foreign_origin",
        "sign_in_refused",
        "identity_unlinked",
        "not_your_upload",
        "out_of_reach",
    ],
    404: [
        "not_there",
        "upload_unknown",
        "import_unknown",
        "person_unknown",
        "account_unknown",
        "unit_unknown",
        "case_unknown",
        "decision_unknown",
        "dispute_unknown",
        "instrument_unknown",
        "no_rules_in_force",
        "warning_unknown",
        "proposal_unknown",
        "target_unknown",
        "position_unknown",
        "checkpoint_unknown",
        "BEFORE_FIRST_RECORD",
    ],
    409: [
        "conflict_other_content",
        "same_key_other_content",
        "fact_already_replaced",
        "fact_already_disputed",
        "proposal_closed",
        "role_held",
        "role_not_held",
        "decision_closed",
        "decision_already_drafted",
        "stream_closed",
        "already_enacted",
        "number_taken",
        "account_taken",
        "account_disabled",
        "version_conflict",
        "outcome_changed",
        "nothing_new",
        "nothing_to_import",
        "other_unit",
        "proposed_before",
        "second_person_required",
    ],
    412: ["version_stale"],
    413: ["body_too_large"],
    421: ["host_unknown"],
    428: ["version_needed"],
    429: ["too_many_requests", "too_many_attempts"],
    431: ["headers_too_large"],
    503: [
        "accounts_unavailable",
        "provider_unavailable",
        "ledger_busy",
        "ledger_locked",
        "ledger_read_only",
        "look_interrupted",
        "other_access_log",
        "ledger_damaged",
        "store_unavailable",
        "store_refused",
        "key_store_unavailable",
        "keys_unreadable",
        "disk_full",
        "uploads_unavailable",
        "too_slow",
        "not_ready",
    ],
}
STATUS: Mapping[str, int] = {code: status for status, codes in _BY_STATUS.items() for code in codes}
REFUSED = 422


def status_of(fault: LedgerError) -> int:
    """The HTTP status of a refusal."""
    return STATUS.get(fault.code, REFUSED)


def body_of(
    status: int,
    code: str,
    detail: str,
    *,
    next_step: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """The JSON of a problem."""
    shown: dict[str, Any] = {
        "type": f"{PLACE}/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if next_step:
        shown["next_step"] = next_step
    if errors:
        shown["errors"] = list(errors)
    if more:
        shown.update({name: value for name, value in more.items() if name not in shown})
    return orjson.dumps(shown, default=str)


def response_of(fault: LedgerError, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as a response."""
    status = status_of(fault)
    body = body_of(status, fault.code, fault.message, next_step=fault.next_step, more=fault.details)
    sent = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", 'Bearer realm="asn-ledger"')
    if "retry_after" in fault.details:
        sent.setdefault("Retry-After", str(fault.details["retry_after"]))
    return Response(body, status, sent, MEDIA_TYPE)


def wants_page(request: Request) -> bool:
    """Whether the answer is looked at in a browser and not read by a program."""
    path = request.url.path
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Let every refusal of the application leave as a problem, or as a page for a browser."""
    app.add_exception_handler(LedgerError, _refused)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(HTTPException, _plain)


def _sent(request: Request, response: Response, fault: LedgerError) -> Response:
    page = getattr(request.app.state, "problem_page", None)
    if page is not None and wants_page(request):
        shown: Response = page(request, fault, response.status_code)
        return shown
    return response


def _refused(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, LedgerError):
        raise fault
    return _sent(request, response_of(fault), fault)


def _unread(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, RequestValidationError):
        raise fault
    errors = [
        {"pointer": _pointer(one["loc"]), "in": str(one["loc"][0]), "message": one["msg"]}
        for one in fault.errors()
    ]
    refusal = LedgerError(
        "The request cannot be read: " + "; ".join(_said(one) for one in errors) + ".",
        next_step="Mend what is named; the address of the reference is /api/v1/docs.",
    )
    refusal.code = "malformed_request"
    body = body_of(
        REFUSED, refusal.code, refusal.message, next_step=refusal.next_step, errors=errors
    )
    return _sent(request, Response(body, REFUSED, media_type=MEDIA_TYPE), refusal)


def _said(one: Mapping[str, Any]) -> str:
    return f"{one['pointer'].lstrip('/') or one['in']} ({one['message']})"


def _pointer(place: Sequence[int | str]) -> str:
    """RFC 6901, within the part of the request that `in` names."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place[1:])
    return "".join(f"/{step}" for step in steps)


_PLAIN = {
    404: ("not_there", "There is nothing at this address."),
    405: ("method_refused", "This address does not take that method."),
    400: ("malformed_request", "The request cannot be read."),
    413: ("body_too_large", "The body holds more bytes than the server takes."),
}


def _plain(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, HTTPException):
        raise fault
    code, detail = _PLAIN.get(fault.status_code, ("refused", "The request was refused."))
    refusal = LedgerError(detail)
    refusal.code = code
    body = body_of(fault.status_code, code, detail)
    response = Response(body, fault.status_code, fault.headers, MEDIA_TYPE)
    return _sent(request, response, refusal)
