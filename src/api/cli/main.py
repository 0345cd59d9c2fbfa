"""The `asn-ledger` command: what it offers, and how errors leave it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from api.cli import lazily
from api.cli.common import FileRefused, fail
from ledger.errors import LedgerError, Misuse

rulebook = lazily.group(
    "The rule book: texts in force, drafts, and how one becomes the other.",
    {
        "list": "rules:list_command",
        "show": "rules:show_command",
        "check": "rules:check_command",
        "try": "trying:try_command",
        "enact": "enacting:enact_command",
        "repeal": "enacting:repeal_command",
    },
)
decided = lazily.group(
    "Decisions: drafted on a pinned basis, recommended, issued by a second person, checked again.",
    {
        "draft": "deciding:draft_command",
        "recommend": "deciding:recommend_command",
        "issue": "deciding:issue_command",
        "revoke": "deciding:revoke_command",
        "list": "deciding:list_command",
        "show": "deciding:show_command",
        "recheck": "deciding:recheck_command",
    },
)
warned = lazily.group(
    "Early warnings: what to look at, by which rule, and who has seen it.",
    {
        "list": "warning:list_command",
        "acknowledge": "warning:acknowledge_command",
    },
)
app = lazily.group(
    "The ASN performance ledger: who scored what, on which day, by which facts and articles.",
    {
        "init": "founding:init_command",
        "import": "importing:app",
        "template": "importing:template_command",
        "score": "scoring:score_command",
        "export": "scoring:export_command",
        "reconcile": "reconciling:reconcile_command",
        "report": "printing:app",
        "diff": "comparing:diff_command",
        "series": "comparing:series_command",
        "advise": "advising:advise_command",
        "access": "accessing:access_command",
        "history": "looking:history_command",
        "events": "looking:events_command",
        "instrument": rulebook,
        "pending": "enacting:pending_command",
        "confirm": "enacting:confirm_command",
        "decision": decided,
        "warnings": warned,
        "case": "cases:app",
        "dispute": "disputing:app",
        "role": "granting:app",
        "account": "accounts:app",
        "erase": "privacy:erase_command",
        "hold": "privacy:hold_command",
        "keys": "privacy:keys_app",
        "bundle": "bundles:bundle_command",
        "backup": "bundling:backup_command",
        "restore": "bundling:restore_command",
        "checkpoint": "proving:checkpoint_command",
        "prove": "proving:prove_command",
        "witness": "witnessing:witness_app",
        "serve": "serving:serve_command",
        "demo": "demo:demo_command",
        "rebuild": "rebuilding:rebuild_command",
        "verify": "verifying:verify_command",
        "doctor": "checkup:doctor_command",
    },
    name="asn-ledger",
)


def run() -> None:
    """Entry point: exit status 0 done, 1 something was refused or found wrong, 2 misused."""
    try:
        _check_letters(sys.argv)
        app()
    except LedgerError as fault:
        _leave(fault)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as fault:
        _leave(FileRefused(fault))


def _check_letters(arguments: Sequence[str]) -> None:
    """Refuse what the terminal sent in bytes that are no text: it could be neither kept nor shown.

    Raises:
        Misuse.
    """
    for place, argument in enumerate(arguments):
        if not argument.isascii() and any("\ud800" <= one <= "\udfff" for one in argument):
            raise Misuse(
                f"Argument {place} holds bytes that are no text in UTF-8.",
                next_step="Type it in UTF-8; rename a file whose name is in another encoding.",
            )


def _leave(fault: LedgerError) -> None:
    try:
        fail(fault, as_json="--json" in sys.argv)
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
