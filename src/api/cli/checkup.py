"""`doctor`: look at the ledger, its keys and the machine, and say what is wrong."""

from __future__ import annotations

from itertools import chain

import typer

from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    now,
    opened,
    print_json,
    say,
)
from api.cli.naming import today
from api.doctor import examine, summary
from api.queries.accounts_examined import examine_accounts


def doctor_command(
    url: LedgerUrl = DEFAULT_URL, keys: KeyFolder = None, as_json: AsJson = False
) -> None:
    """Look at the ledger, its keys, its accounts and the machine, and say what is wrong."""
    with opened(url, keys, live=True) as ledger:
        findings = []
        at = now()
        accounts = examine_accounts(url, ledger, today=today(ledger), now=at)
        for finding in chain(examine(ledger, at), accounts):
            findings.append(finding)
            if not as_json:
                say(f"{finding.state:7} {finding.what}: {finding.message}")
                if finding.next_step:
                    say(f"        {finding.next_step}")
    told = summary(findings)
    if as_json:
        print_json(told)
    raise typer.Exit(1 if told["wrong"] else 0)
