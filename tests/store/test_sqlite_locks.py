"""A process that opens its ledger a second time keeps the locks of the first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ledger.application import Founding, Ledger
from ledger.events.base import encode
from ledger.events.book import PrecedenceEnacted

_READ = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM heads'); c.close()"


def test_another_process_takes_nothing_away(tmp_path: Path) -> None:
    """Whoever comes and goes leaves the log of writes to those who still use it."""
    url = f"sqlite:///{tmp_path / 'one.sqlite3'}"
    founding = Founding("65", "Provinsi Contoh", "Asia/Makassar")
    ledger = Ledger.found(url, founding, keys=tmp_path / "keys", actor="test")
    event = encode(PrecedenceEnacted(fact="appraisal", sources=("one", "other")))
    ledger.append_to_book([event], "test")
    Ledger.open(url, keys=tmp_path / "keys").close()
    read = [sys.executable, "-c", _READ, str(tmp_path / "one.sqlite3")]
    assert subprocess.run(read, check=False).returncode == 0
    assert (tmp_path / "one.sqlite3-wal").exists()
    ledger.append_to_book([event], "test")
    assert ledger.store.head().position == 3
    ledger.close()
