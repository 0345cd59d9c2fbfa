"""`init`: found a ledger with its keys and the shipped instruments."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.common import (
    DEFAULT_URL,
    Actor,
    AsJson,
    KeyFolder,
    LedgerUrl,
    actor_or_account,
    print_json,
    say,
    sqlite_path,
)
from api.founding import found_ledger
from ledger.application import Founding

KALTARA_CODE = "65"
KALTARA_NAME = "Pemerintah Provinsi Kalimantan Utara"
KALTARA_ZONE = "Asia/Makassar"


def init_command(
    agency_code: Annotated[str, typer.Option("--agency-code")] = KALTARA_CODE,
    agency_name: Annotated[str, typer.Option("--agency-name")] = KALTARA_NAME,
    timezone: Annotated[str, typer.Option("--timezone", help="IANA name.")] = KALTARA_ZONE,
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Found the ledger and its keys, and enact the shipped instruments."""
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    founding = Founding(agency_code, agency_name, timezone)
    ledger = found_ledger(url, founding, keys=keys, actor=actor_or_account(actor))
    try:
        enacted = [
            {"instrument": one.instrument, "decree": one.decree, "position": one.position}
            for one in ledger.rulebook().enactments
        ]
        shown = {
            "ledger": url,
            "origin": ledger.origin,
            "keys": str(ledger.keyring.folder),
            "agency": {"code": agency_code, "name": agency_name, "timezone": timezone},
            "enacted": enacted,
            "public_key": ledger.keyring.public_key.hex(),
        }
    finally:
        ledger.close()
    if as_json:
        print_json(shown)
        return
    say(f"Founded {ledger.origin} for {agency_name}.")
    say(f"Keys: {shown['keys']}  Back them up apart from the database: they alone open names.")
    for one in enacted:
        say(f"Enacted: {one['instrument']} under {one['decree']}.")
