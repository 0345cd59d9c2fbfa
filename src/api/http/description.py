"""The description of the API (OpenAPI 3.1): each operation with the right it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.access.policy import Action
from api.http.guard import permissions_of

SIGN_IN: list[dict[str, list[str]]] = [{"session": []}, {"token": []}]
_PROBLEM = "application/problem+json"
_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "asn-sesi",
        "description": "Signed in at /masuk; over https the cookie is called __Host-asn-sesi.",
    },
    "token": {"type": "http", "scheme": "bearer", "description": "For machines."},
}


def described(app: FastAPI) -> dict[str, Any]:
    """The document, with sign-in and rights: `x-right` names the action of docs/rights.md."""
    document = FastAPI.openapi(app)
    document["components"]["securitySchemes"] = _SCHEMES
    document["components"]["responses"] = _shared(document)
    for path, method, rights in operations(app):
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None and rights != [None]:
            operation["x-right"] = [one.value for one in rights if one is not None]
            operation["security"] = SIGN_IN
    return document


def _shared(document: dict[str, Any]) -> dict[str, Any]:
    """Refusals are the same everywhere: each stands once, and operations name it."""
    found: dict[str, Any] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                name = f"Problem{status}"
                if _PROBLEM in response.get("content", {}):
                    found.setdefault(name, response)
                if found.get(name) == response:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return found


def operations(app: FastAPI) -> Iterator[tuple[str, str, list[Action | None]]]:
    """Every operation of the application: path, method, and the rights that its route names."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, APIRoute):
            for method in sorted(found.methods or ()):
                yield str(found.path), method, permissions_of(found)
