"""What nobody thought of: requests made from the description, on both databases.

No answer is a 5xx, each status is described, each body has its shape. The long run is
`ASN_LEDGER_REQUESTS=20000 pytest tests/http/test_schemathesis.py`.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access.readers import Grant, Reader
from ledger.vocabulary_agency import Role
from tests import openapi
from tests.http.conftest import QUASHED, Served

EVERYBODY = "EVERYTHING"
REQUESTS = int(os.environ.get("ASN_LEDGER_REQUESTS", "600"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def operations() -> list[tuple[str, str]]:
    """Every operation but the streams, which do not end."""
    return [
        (method, path)
        for path, methods in openapi.document()["paths"].items()
        for method, operation in methods.items()
        if "text/event-stream" not in operation["responses"].get("200", {}).get("content", {})
    ]


OPERATIONS = operations()


@pytest.fixture(scope="module")
def described(served: Served) -> Any:
    """The description, as the application itself gives it, and who may do everything."""
    one = served.desk.ledger.index.find(QUASHED)
    grants = tuple(Grant(role) for role in Role if role is not Role.ASN)
    served.badges.readers[EVERYBODY] = Reader("acc-all", one, grants)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", undying(served.client.app))


def undying(app: Any) -> Any:
    """The application for clients that each believe to start and end it."""

    async def passed_on(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    return passed_on


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_breaks_the_server(described: Any, method: str, path: str) -> None:
    """An answer is as it was described, whatever was sent."""
    operation = described[path][method]
    sent = []

    @settings(
        max_examples=max(REQUESTS // (2 * len(OPERATIONS)), 3),
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=REQUESTS < 5_000,
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        headers = {"Authorization": f"Bearer {EVERYBODY}", "Reading-Purpose": "audit"}
        answer = case.call(headers=headers)
        sent.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert sent
