"""The demo served: `asn-ledger demo --serve` as a process, and what a new demo takes away."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx2

from api.demo.accounts import ACCOUNTS
from tests.http.serving import PATIENCE, command, serving

SMALL = ("demo", "--size", "small")
BESIDE = (".access", ".access-wal", ".accounts.sqlite3", ".accounts.sqlite3-shm", ".log")
FOLDERS = (".facts", ".impor", ".uploads")


def test_it_is_founded_served_and_ended_with_ctrl_c(tmp_path: Path) -> None:
    """Address, sign-ins and stories are told; Ctrl-C is no failure; the log is in a file."""
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    with serving(url, tmp_path / "keys", tmp_path, (*SMALL, "--serve")) as server:
        assert httpx2.get(f"{server.address}/health/live").text == "live\n"
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE) == 0
    said = "\n".join(server.lines())
    assert f"{server.address}/masuk" in said
    assert all(f"  {one.name} " in said for one in ACCOUNTS)
    assert said.count(f"    {server.address}/") >= 12
    assert "Traceback" not in said
    assert '"route"' not in said
    assert '"/health/live"' in (tmp_path / "demo.sqlite3.log").read_text("utf-8")


def test_a_taken_port_is_told_before_anything_is_founded(tmp_path: Path) -> None:
    """Nobody waits for a province that cannot be served."""
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        env = {"ASN_LEDGER_PORT": str(other.getsockname()[1])}
        refused = command(*SMALL, "--serve", "--ledger", url, env=env)
    assert refused.returncode == 1
    assert "ASN_LEDGER_PORT" in refused.stderr
    assert not (tmp_path / "demo.sqlite3").exists()


def test_a_new_demo_takes_away_all_of_the_old_one(tmp_path: Path) -> None:
    """What lies beside the old ledger goes with it; what is of another one stays."""
    database = tmp_path / "demo.sqlite3"
    url = f"sqlite:///{database}"
    assert command(*SMALL, "--ledger", url).returncode == 0
    for suffix in BESIDE:
        Path(f"{database}{suffix}").write_text("old", "utf-8")
    for suffix in FOLDERS:
        Path(f"{database}{suffix}").mkdir(exist_ok=True)
        Path(f"{database}{suffix}", "old").write_text("old", "utf-8")
    other = tmp_path / "demo.sqlite3x.access"
    other.write_text("another's", "utf-8")
    assert command(*SMALL, "--ledger", url).returncode == 0
    old = [one for one in tmp_path.rglob("*") if one.is_file() and one.read_bytes() == b"old"]
    assert old == []
    assert other.read_text("utf-8") == "another's"
