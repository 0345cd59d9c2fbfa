"""The API's description: kept, whole, and each operation under exactly one right."""

from api.http.app import routed
from api.http.description import operations
from tests import openapi


def test_the_description_is_the_one_kept() -> None:
    """A change of the API is a change of docs/openapi.json, seen in review."""
    assert openapi.FILE.read_text("utf-8") == openapi.text(), "run `python -m tests.openapi`"


def test_each_operation_names_one_right() -> None:
    """No route is forgotten: it is open to everybody, or under one action of the table."""
    app = routed()
    named = {(path, method): rights for path, method, rights in operations(app)}
    assert named
    assert {place for place, rights in named.items() if len(rights) != 1} == set()


def test_each_operation_is_described() -> None:
    """Each has a summary, a description that is no stub, answers, and problems with examples."""
    document = openapi.document()
    shared = document["components"]["responses"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            assert len(operation["description"]) > 15, place
            assert "200" in operation["responses"] or "201" in operation["responses"], place
            if "x-right" in operation:
                for status in ("401", "403", "404", "422", "429"):
                    response = operation["responses"][status]
                    if "$ref" in response:
                        response = shared[response["$ref"].rpartition("/")[2]]
                    content = response["content"]
                    assert content["application/problem+json"]["example"], place
