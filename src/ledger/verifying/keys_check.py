"""."""
from __future__ import annotations
from pathlib import Path
from ledger.verifying.findings import Findings
from ledger.verifying.stored import Stored
def check_keys(source: Stored, folder: Path, origin: str, erased: set[str], findings: Findings) -> None:
    """."""
