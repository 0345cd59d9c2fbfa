"""The machine a benchmark ran on: no number is worth anything without it."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from tests import pg

GIGABYTE = 1 << 30


def describe() -> dict[str, str | int]:
    """What the numbers depend on, as it stands in the results."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / GIGABYTE),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": pg.server_version(),
        "eventsourcing": version("eventsourcing"),
        "polars": version("polars"),
        "date": datetime.now(UTC).date().isoformat(),
    }


def name() -> str:
    """The machine's results lie under this name: its kind and not its owner."""
    about = describe()
    words = re.sub(r"[^a-z0-9]+", "-", str(about["processor"]).lower()).strip("-")
    return f"{words}-{about['cores']}-cores"


def busy() -> str:
    """How much else the machine had to do: the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text("utf-8"), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
