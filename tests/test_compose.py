"""The compose file: what it starts, what it opens, and where keys and backups lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from api.http.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "docker-compose.yml"
KEYS = "/var/lib/asn-ledger-keys"


def services() -> dict[str, Any]:
    """The services by name."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return found


def mounted(service: dict[str, Any]) -> list[str]:
    """Where the volumes of a service lie in it."""
    return [one.split(":")[1] for one in service["volumes"]]


def test_the_application_is_served_to_this_machine_alone() -> None:
    """It listens within its container, and the port is bound to loopback outside."""
    app = services()["app"]
    assert app["command"] == ["serve"]
    assert app["environment"]["ASN_LEDGER_HOST"] == "0.0.0.0"
    assert app["ports"] == [f"127.0.0.1:8000:{Settings.model_fields['port'].default}"]


def test_every_variable_is_a_setting() -> None:
    """No variable of the server is misspelt; the password of the database is compose's own."""
    known = {f"ASN_LEDGER_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"ASN_LEDGER_[A-Z_]+", COMPOSE.read_text("utf-8")))
    assert named - known == {"ASN_LEDGER_DB_PASSWORD"}


def test_the_image_owns_every_folder_that_is_mounted() -> None:
    """A new volume gets the owner of the folder in the image, so that the account may write."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    owned = re.search(r"install -d -o ledger -g ledger -m 0700 \\\n(.*)\n", image)
    assert owned is not None
    wanted = {place for name in ("app", "backup") for place in mounted(services()[name])}
    assert wanted == set(owned[1].split())
    assert f"ASN_LEDGER_KEYS={KEYS}" in image


def test_a_backup_never_sees_the_keys() -> None:
    """The job reads the database alone, and runs only when it is called."""
    job = services()["backup"]
    assert KEYS in mounted(services()["app"])
    assert KEYS not in mounted(job)
    assert set(job["environment"]) == {"ASN_LEDGER_URL"}
    assert (
        job["environment"]["ASN_LEDGER_URL"] == services()["app"]["environment"]["ASN_LEDGER_URL"]
    )
    assert job["profiles"] == ["backup"]
