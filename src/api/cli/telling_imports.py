"""Imports that are proposed, in words: what would become of the rows, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.cli.common import say
from api.intake.desk import STATED

_SHOWN_MAX = 20
Json = dict[str, Any]


def summary_of(found: Json) -> Json:
    """A preview or report without the rows that nobody must look at."""
    kept = {key: value for key, value in found.items() if key not in ("rows", "upload", STATED)}
    looked_at = ("refused", "conflicts")
    rows = [row for row in found["rows"] if row["outcome"] in looked_at or row["flags"]]
    return {"upload": found["upload"]} | kept | {"rows": rows}


def tell_preview(found: Json, written: Path | None) -> None:
    """What an import would do: counts, then what is wrong with which row."""
    if found["unknown_form"]:
        say("The form of this file is unknown; `asn-ledger template KIND` writes one that is not.")
    else:
        say(f"Form {'+'.join(found['forms']) or 'unknown'}: {counted(found['counts'])}.")
    for sheet in found["unread_sheets"]:
        say(f"  sheet left alone, form unknown: {sheet}")
    for error in found["file_errors"]:
        say(f"  the whole file: {error['code']}. {error['message']} {error['next_step']}")
    for message in found["units_founded"]:
        say(f"  {message}")
    _tell_rows(found)
    if written is not None:
        say(f"  refused rows with reasons: {written}")


def tell_imported(found: Json) -> None:
    """What an import did."""
    say(f"Imported: {counted(found['counts'])}.")
    if not found["as_confirmed"]:
        say("  Not all of it as confirmed: something was recorded while it ran.")
    _tell_rows(found)


def tell_import_effect(found: Json) -> None:
    """What confirming an import would do, and what changed since it was proposed."""
    say(f"As things stand: {counted(found['counts'])}.")
    if found["facts"]:
        kinds = ", ".join(f"{kind} {count}" for kind, count in found["facts"].items())
        say(f"  rows that record something, by kind: {kinds}")
    for message in found["units_founded"]:
        say(f"  {message}")
    if found["as_proposed"]:
        say("  The same as was proposed.")
        return
    say(f"  Proposed were: {counted(found['proposed'])}. Rows that turn out otherwise:")
    for one in found["changed"][:_SHOWN_MAX]:
        sheet = f"[{one['sheet']}] " if one["sheet"] else ""
        code = f" ({one['code']})" if one["code"] else ""
        say(f"    {sheet}row {one['row']}: {one['from']} -> {one['to']}{code}")
    hidden = found["changed_rows"] - min(len(found["changed"]), _SHOWN_MAX)
    if hidden > 0:
        say(f"    … and {hidden} more")


def tell_fact_effect(found: Json) -> None:
    """What confirming a single fact would do."""
    what = found["fact"] if found["fact"] == found["of"] else f"{found['fact']} of a {found['of']}"
    on = "" if found["on"] is None else f" of {found['on']}"
    say(f"As things stand: {what}{on} would be {found['verdict']}.")
    if found["decisions"]:
        say(f"  Decisions rest on it: {', '.join(found['decisions'])}")
    for one in found["flags"]:
        say(f"  flagged {one['code']}: {one['message']}")
    for one in found["unusual"]:
        say(f"  flagged {one['finding']}: {one['step']} of {one['on']} ({one['cite']})")
    if not found["as_proposed"]:
        say("  This is not what it was when it was proposed: something was recorded meanwhile.")


_WHY_KEPT = {
    "mended_since": "corrected or annulled since on another document",
    "others_hang_on_it": "facts of other imports hang on it",
    "erased": "the identity of this person was erased",
    "closed": "the record was merged into another",
}


def tell_batch(found: Json) -> None:
    """One import in two lines."""
    withdrawn = found["withdrawn"]
    forms = ", ".join(sorted({one["form"] for one in found["files"]}))
    back = "" if withdrawn is None else f"; withdrawn at position {withdrawn}"
    say(f"{found['id']}  {found['recorded_at'][:19]} by {found['actor']}, {forms}{back}")
    counts = {"flagged": 0} | found["counts"]
    say(f"  {counted(counts)}; positions {found['first_position']} to {found['last_position']}")


def tell_withdrawal(found: Json, *, dry: bool) -> None:
    """What was taken back, and what stays and why."""
    if dry:
        say("Dry run: nothing was recorded.")
    say(
        f"{found['annulled']} facts annulled, {found['restored']} put back as they were,"
        f" {found['already']} taken back before, in {found['streams']} records."
    )
    for one in found["kept"][:_SHOWN_MAX]:
        say(f"  stays: {one['kind']} {one['fact']}: {_WHY_KEPT[one['why']]}")
    hidden = len(found["kept"]) - _SHOWN_MAX
    if hidden > 0:
        say(f"  … and {hidden} more; --json lists them.")


def counted(counts: Json) -> str:
    """Counts of rows in a line."""
    return (
        f"{counts['read']} rows: {counts['new']} new, {counts['same']} the same,"
        f" {counts['confirmed']} confirmed, {counts['corrects']} corrections,"
        f" {counts['conflicts']} conflicts, {counts['refused']} refused"
    )


def _tell_rows(found: Json) -> None:
    wrong = [row for row in found["rows"] if row["errors"]]
    for row in wrong[:_SHOWN_MAX]:
        error = row["errors"][0]
        sheet = f"[{row['sheet']}] " if row["sheet"] else ""
        column = f", {error['column']}" if error["column"] else ""
        say(f"  {sheet}row {row['row']}{column}: {error['code']}. {error['message']}")
        say(f"    {error['next_step']} ({error['who_must_act']})")
    if len(wrong) > _SHOWN_MAX:
        say(f"  … and {len(wrong) - _SHOWN_MAX} more")
    flagged = found["counts"]["flagged"]
    if flagged:
        say(f"{flagged} rows are unusual and were flagged.")
