"""The `asn-ledger` command: what it offers, and how errors leave it."""

from __future__ import annotations

import sys

import typer

from api.cli import (
    accessing,
    accounts,
    advising,
    bundles,
    bundling,
    cases,
    checkup,
    comparing,
    deciding,
    demo,
    disputing,
    enacting,
    founding,
    granting,
    importing,
    looking,
    printing,
    privacy,
    proving,
    rebuilding,
    reconciling,
    rules,
    scoring,
    serving,
    trying,
    verifying,
    warning,
    witnessing,
)
from api.cli.common import FileRefused, fail
from ledger.errors import LedgerError

app = typer.Typer(
    name="asn-ledger",
    help="The ASN performance ledger: who scored what, on which day, by which facts and articles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(founding.init_command)
app.add_typer(importing.app, name="import")
app.command("template")(importing.template_command)
app.command("score")(scoring.score_command)
app.command("export")(scoring.export_command)
app.command("reconcile")(reconciling.reconcile_command)
app.add_typer(printing.app, name="report")
app.command("diff")(comparing.diff_command)
app.command("series")(comparing.series_command)
app.command("advise")(advising.advise_command)
app.command("access")(accessing.access_command)
app.command("history")(looking.history_command)
app.command("events")(looking.events_command)
rulebook = typer.Typer(
    help="The rule book: texts in force, drafts, and how one becomes the other.",
    no_args_is_help=True,
)
rulebook.command("list")(rules.list_command)
rulebook.command("show")(rules.show_command)
rulebook.command("check")(rules.check_command)
rulebook.command("try")(trying.try_command)
rulebook.command("enact")(enacting.enact_command)
rulebook.command("repeal")(enacting.repeal_command)
app.add_typer(rulebook, name="instrument")
app.command("pending")(enacting.pending_command)
app.command("confirm")(enacting.confirm_command)
decided = typer.Typer(
    help="Decisions: drafted on a pinned basis, recommended, issued by a second person, checked"
    " again.",
    no_args_is_help=True,
)
decided.command("draft")(deciding.draft_command)
decided.command("recommend")(deciding.recommend_command)
decided.command("issue")(deciding.issue_command)
decided.command("revoke")(deciding.revoke_command)
decided.command("list")(deciding.list_command)
decided.command("show")(deciding.show_command)
decided.command("recheck")(deciding.recheck_command)
app.add_typer(decided, name="decision")
warned = typer.Typer(
    help="Early warnings: what to look at, by which rule, and who has seen it.",
    no_args_is_help=True,
)
warned.command("list")(warning.list_command)
warned.command("acknowledge")(warning.acknowledge_command)
app.add_typer(warned, name="warnings")
app.add_typer(cases.app, name="case")
app.add_typer(disputing.app, name="dispute")
app.add_typer(granting.app, name="role")
app.add_typer(accounts.app, name="account")
app.command("erase")(privacy.erase_command)
app.command("hold")(privacy.hold_command)
app.add_typer(privacy.keys_app, name="keys")
app.command("bundle")(bundles.bundle_command)
app.command("backup")(bundling.backup_command)
app.command("restore")(bundling.restore_command)
app.command("checkpoint")(proving.checkpoint_command)
app.command("prove")(proving.prove_command)
app.add_typer(witnessing.witness_app, name="witness")
app.command("serve")(serving.serve_command)
app.command("demo")(demo.demo_command)
app.command("rebuild")(rebuilding.rebuild_command)
app.command("verify")(verifying.verify_command)
app.command("doctor")(checkup.doctor_command)


def run() -> None:
    """Entry point: exit status 0 done, 1 something was refused or found wrong, 2 misused."""
    try:
        app()
    except LedgerError as fault:
        _leave(fault)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as fault:
        _leave(FileRefused(fault))


def _leave(fault: LedgerError) -> None:
    try:
        fail(fault, as_json="--json" in sys.argv)
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
