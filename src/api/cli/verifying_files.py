"""`verify FILE`: a bundle or backup, a certificate, a proof: each checked by its own reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from api.cli.common import FileRefused, print_json, say
from api.file_check import check_file, compare
from ledger.errors import Misuse
from ledger.proofs.note import VerifierKey
from ledger.verifying.checkpoints import Claim


def verify_file(
    path: Path, claims: Sequence[Claim], trusted: Sequence[VerifierKey], *, as_json: bool
) -> None:
    """Check a file by what it is; says what was proven, or raises what was wrong."""
    try:
        found = check_file(path, claims, trusted)
    except FileNotFoundError:
        raise Misuse(f"There is no file {path}.", next_step="Check the name.") from None
    except OSError as fault:
        raise FileRefused(fault) from None
    compare(found, [claim for claim in claims if claim is not found.kept])
    told = found.told
    told["compared_with"] = len(claims)
    told["anchored"] = bool(told["compared_with"] or trusted)
    if as_json:
        print_json(told)
    else:
        _tell(path, told)
    raise typer.Exit(0)


def _tell(path: Path, told: dict[str, Any]) -> None:
    say(f"{path}: a {told['kind']} of {told['origin']} at {told['size']} events")
    say(f"root {told['root']}")
    if "position" in told:
        say(f"The {told['topic']} at position {told['position']} is in that log.")
    if "stream" in told:
        say(
            f"Up to position {told['upto']} there are {told['events']} events of the stream "
            f"{told['stream']}, and these are all."
        )
    if told.get("old_size") is not None:
        say(f"The log of {told['old_size']} events is the beginning of it.")
    if "whole" in told and "events" in told:
        extent = "the whole log" if told["whole"] else "the rest stands in the tree only"
        say(f"{told['events']} events of {told['streams']} streams are here, {extent}.")
    if told["signers"]:
        say(f"signed by {', '.join(told['signers'])}")
    if told.get("signed_upto", told["size"]) < told["size"]:
        say(f"What follows position {told['signed_upto']} is under no such signature.")
    if told.get("withheld") and told["kind"] != "certificate":
        say(f"The sealed fields of {told['withheld']} events are not in it.")
    if told.get("erasure_unfinished"):
        say(
            f"Of {told['erasure_unfinished']} people whose erasure the log orders, sealed fields "
            "are in it: it was made before that was carried out, or somebody kept them."
        )
    if "answer" in told:
        answer = told["answer"]
        if answer["hypothetical"]:
            say(f"HYPOTHETICAL, not a result: {answer['hypothetical']}")
        say(
            f"{answer['instrument']} as of {answer['as_of']}: total "
            f"{answer['total']}, "
            f"{answer['status']}, computed again from the events to the same."
        )
        if not told["known_at_proven"]:
            say(
                f"The event at position {answer['position']} is of a stream that is not here: "
                "known_at lies between its neighbours, and is not proven to the second."
            )
    say("Everything in it is as it was recorded.")
    if not told["anchored"]:
        say(
            "That this is the agency's own ledger shows only against a checkpoint or key that came "
            "another way (--against, --key)."
        )
