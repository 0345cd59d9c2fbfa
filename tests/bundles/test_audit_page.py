"""The auditor's page: its lines of Python accept what is right and nothing else."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.archives import forged, without_line
from tests.bundles.conftest import Made
from tests.bundles.test_bad_archive import replace, swap

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
CODE = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def run_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the page's Python in a folder, as somebody would who copies it."""
    assert CODE is not None
    monkeypatch.chdir(folder)
    exec(compile(CODE[1], "audit.md", "exec"), {})


def unpacked(path: Path, folder: Path) -> Path:
    """The folder with the bundle unpacked in it."""
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder / "bundle")
    return folder


@pytest.mark.parametrize("kind", ["whole", "part", "certificate"])
def test_the_page_accepts_what_is_right(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A whole bundle, a part and a certificate; what it writes for OpenSSL is key and signature."""
    if kind == "certificate":
        (tmp_path / "score.json").write_bytes(made.certificate.read_bytes())
    else:
        unpacked(getattr(made, kind), tmp_path)
    run_page(tmp_path, monkeypatch)
    key = load_der_public_key((tmp_path / "key.der").read_bytes())
    body = (tmp_path / "body").read_bytes()
    assert key.verify((tmp_path / "signature").read_bytes(), body) is None  # type: ignore[union-attr, call-arg]
    assert body.count(b"\n") == 3


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("whole", without_line("events.jsonl", 8)),
        ("whole", replace("events.jsonl", b"SANGAT_BAIK", b"BAIK")),
        ("part", without_line("events.jsonl", -2)),
        ("part", swap("tree.jsonl", 0, 1)),
        ("part", without_line("tree.jsonl", -1)),
    ],
)
def test_the_page_finds_forgeries(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, change: object
) -> None:
    """Changed and missing events, and a changed tree, do not pass it."""
    path = forged(getattr(made, kind), tmp_path / "x.zip", change)  # type: ignore[arg-type]
    with pytest.raises((AssertionError, StopIteration, KeyError)):
        run_page(unpacked(path, tmp_path), monkeypatch)
