"""The realm to try the sign-in with: it holds no secret, and fits what the server asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from api.http.sign_in import BACK

ROOT = Path(__file__).parents[1]
REALM = ROOT / "deploy" / "keycloak" / "asn-realm.json"
COMPOSE = ROOT / "docker-compose.yml"


def realm() -> dict[str, Any]:
    """The realm as Keycloak imports it."""
    found: dict[str, Any] = json.loads(REALM.read_text("utf-8"))
    return found


def test_the_realm_holds_no_secret_and_no_user() -> None:
    """Nobody signs in with what stands in a public file."""
    text = REALM.read_text("utf-8").lower()
    assert not [word for word in ("secret", 'password"', "credential", "users") if word in text]


def test_the_client_signs_in_by_code_with_pkce_and_comes_back_to_us_alone() -> None:
    """No implicit flow, no password grant; exact addresses on this machine, no pattern."""
    (client,) = realm()["clients"]
    assert client["publicClient"]
    assert client["standardFlowEnabled"]
    assert not client["implicitFlowEnabled"]
    assert not client["directAccessGrantsEnabled"]
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert {one.rpartition(":8000")[2] for one in client["redirectUris"]} == {BACK}
    assert not [one for one in client["redirectUris"] if "*" in one]


def test_keycloak_starts_only_when_asked_for_and_only_for_this_machine() -> None:
    """A profile of its own, bound to loopback, with the realm of this repository and no password."""
    service = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["keycloak"]
    assert service["profiles"] == ["sso"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    mounted = service["volumes"][0].split(":")
    assert (ROOT / mounted[0]).resolve() == REALM
    assert mounted[2] == "ro"
    password = service["environment"]["KC_BOOTSTRAP_ADMIN_PASSWORD"]
    assert password == "${KEYCLOAK_ADMIN_PASSWORD:-}"
