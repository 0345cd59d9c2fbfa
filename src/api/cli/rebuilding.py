"""`rebuild`: make everything derived from the log anew."""

from __future__ import annotations

from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    opened,
    print_json,
    say,
    warn,
)
from projections.asking import inquiry


def rebuild_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Make the NIP index and the facts table anew from the log; costs only time."""
    with opened(url, keys, live=True) as ledger:
        position = ledger.index.rebuild()
        inquiry.rebuild_facts_table(ledger, warn)
    if as_json:
        print_json({"position": position})
    else:
        say(f"Rebuilt up to position {position}.")
