"""The guarded child: hostile and broken workbooks end in a clear word, never in this process."""

from __future__ import annotations

import errno
import resource
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake import codes, workbook, workbook_child
from api.intake.reading import read_files
from api.intake.workbook import WorkbookRefused, open_workbook
from tests.intake.books import NIP, SHEET, altered, ods, table, with_cell

HEAD = "nip,nama_seminar,tgl_sertifikat"
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FAR_SPELLED = b"<row r='1048576'><c s = '0'\n r = 'XFD1048576' ><v>1</v></c></row>"


def far_cell(path: Path) -> Path:
    return with_cell(path, FAR_CELL)


def far_cell_spelled_otherwise(path: Path) -> Path:
    return with_cell(path, FAR_SPELLED)


def long_text(path: Path) -> Path:
    text = b"<si><t>" + b"A" * (300 << 20) + b"</t></si></sst>"
    return altered(path, "xl/sharedStrings.xml", lambda data: data.replace(b"</sst>", text))


def many_members(path: Path) -> Path:
    altered(path, SHEET, bytes)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(workbook_child.MEMBERS_MAX):
            archive.writestr(f"xl/media/{number}", b"")
    return path


def repeated_rows(path: Path) -> Path:
    return ods(path, [["x"] * 40], repeated=1_048_576)


def cut_off(path: Path) -> Path:
    whole = table(path, HEAD, (NIP, "A", "01-02-2022")).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def sheet_of_nonsense(path: Path) -> Path:
    return altered(path, SHEET, lambda data: data[: len(data) // 2])


def protected(path: Path) -> Path:
    mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(mark + bytes(2_000) + "EncryptedPackage".encode("utf-16-le") + bytes(2_000))
    return path


def locked_members(path: Path) -> Path:
    data = bytearray(table(path, HEAD).read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    return path


def document(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return path


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (far_cell, "WORKBOOK_TOO_LARGE"),
        (far_cell_spelled_otherwise, "WORKBOOK_TOO_LARGE"),
        (long_text, "WORKBOOK_TOO_LARGE"),
        (many_members, "WORKBOOK_TOO_LARGE"),
        (repeated_rows, "WORKBOOK_TOO_LARGE"),
        (cut_off, "WORKBOOK_DAMAGED"),
        (sheet_of_nonsense, "WORKBOOK_DAMAGED"),
        (protected, "WORKBOOK_ENCRYPTED"),
        (locked_members, "WORKBOOK_ENCRYPTED"),
        (document, "NOT_A_WORKBOOK"),
    ],
)
def test_hostile_and_broken_workbooks(
    tmp_path: Path, make: Callable[[Path], Path], code: str
) -> None:
    """Each is refused by name, and the file beside it is read."""
    bad = make(tmp_path / "buruk.xlsx")
    good = table(tmp_path / "baik.xlsx", HEAD, (NIP, "A", "01-02-2022"))
    with read_files([bad, good]) as reading:
        assert [(error.file, error.code) for error in reading.errors] == [("buruk.xlsx", code)]
        assert len(list(reading.files[0].rows())) == 1


def test_the_bomb_is_small(tmp_path: Path) -> None:
    """What asks for the whole memory of a machine is a file of a few kilobytes."""
    assert far_cell(tmp_path / "a.xlsx").stat().st_size < 6_000


def test_a_formatted_but_empty_far_cell_is_no_bomb(tmp_path: Path) -> None:
    """Workbooks that somebody formatted to the last row are common, and are read."""
    path = with_cell(tmp_path / "a.xlsx", b'<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    book = open_workbook(path)
    assert sum(1 for sheet in book.sheets for _ in sheet.lines()) == 1
    book.close()


def test_the_limit_of_the_system_holds_where_counting_does_not(tmp_path: Path) -> None:
    """A sheet too large to be counted beforehand is ended by the memory limit."""
    cells = b'<c r="A1048576"><v>1</v></c><c r="XFD2"><v>1</v></c>'
    padding = b"<!--" + b" " * (workbook_child.SCANNED_MAX + 1) + b"-->"
    path = with_cell(tmp_path / "a.xlsx", padding + b'<row r="2">' + cells + b"</row>")
    with (
        zipfile.ZipFile(path) as archive,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_STORED) as stored,
    ):
        for name in archive.namelist():
            stored.writestr(name, archive.read(name))
    with pytest.raises(WorkbookRefused) as fault:
        open_workbook(tmp_path / "b.xlsx")
    assert fault.value.code == "WORKBOOK_TOO_LARGE"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < workbook_child.MEMORY_MAX


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for the rows of a workbook, that is said, and other files go on."""

    def full() -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    (tmp_path / "a.jsonl").write_text('{"fact": "x"}\n')
    table(tmp_path / "b.xlsx", HEAD)
    with read_files([tmp_path]) as reading:
        assert [(error.file, error.code) for error in reading.errors] == [("b.xlsx", "DISK_FULL")]
        assert len(reading.files) == 1


def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
    """What becomes of a workbook whose child runs the given code."""
    script = tmp_path / "anak.py"
    script.write_text(f"import os, signal, sys\nout = sys.stdout.buffer\n{code}\n")
    monkeypatch.setattr(workbook, "CHILD", script)
    path = table(tmp_path / "a.xlsx", HEAD)
    try:
        open_workbook(path).close()
    except WorkbookRefused as fault:
        return fault.code
    return "read"


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("out.write(b'nonsense\\n')", "READER_FAILED"),
        ("out.write(b'[[1, \"x\"]]\\n')", "READER_FAILED"),
        ('out.write(b\'{"sheet": 5, "hidden": false}\\n\')', "READER_FAILED"),
        (
            'out.write(b\'{"sheet": "a", "hidden": false}\\n[[0, "x"]]\\n{"end": {}}\\n\')',
            "READER_FAILED",
        ),
        (
            'out.write(b\'{"sheet": "a", "hidden": false}\\n[[1, ["d", "x"]]]\\n\')',
            "READER_FAILED",
        ),
        (
            'out.write(b\'{"sheet": "a", "hidden": false}\\n[[1, ["z", "x"]]]\\n\')',
            "READER_FAILED",
        ),
        ('out.write(b\'{"end": {}}\\n{"end": {}}\\n\')', "READER_FAILED"),
        ('out.write(b\'{"error": "APA SAJA", "why": ""}\\n\')', "READER_FAILED"),
        ("os.abort()", "WORKBOOK_TOO_LARGE"),
        ("sys.exit(0)", "WORKBOOK_TOO_LARGE"),
        ('out.write(b\'{"sheet": "a", "hidden": false}\\n{"end": {}}\\n\')', "read"),
    ],
)
def test_nothing_the_child_says_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, end: str
) -> None:
    """Messages of any other shape, or none, end the reading with a word."""
    assert child(tmp_path, monkeypatch, code) == end


def test_a_silent_child_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that says nothing is ended."""
    monkeypatch.setattr(workbook, "SILENCE_MAX", 0.2)
    assert child(tmp_path, monkeypatch, "signal.pause()") == "WORKBOOK_TOO_SLOW"


def test_a_child_that_talks_for_ever_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that never ends its line, or never ends, is ended."""
    monkeypatch.setattr(workbook, "LINE_MAX", 1 << 20)
    code = "while True: out.write(b'x' * 65536)"
    assert child(tmp_path, monkeypatch, code) == "WORKBOOK_TOO_LARGE"
    monkeypatch.setattr(workbook, "SECONDS_MAX", 1)
    loop = 'while True: out.write(b\'{"sheet": "a", "hidden": true}\\n\'); out.flush()'
    monkeypatch.setattr(workbook, "SHEETS_MAX", 10**9)
    assert child(tmp_path, monkeypatch, loop) == "WORKBOOK_TOO_SLOW"


def test_the_child_cannot_write_and_knows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no environment, no name of the file, and may not make one."""
    script = tmp_path / "anak.py"
    marks = tmp_path / "tanda"
    script.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(Path(workbook_child.__file__).parent)!r})\n"
        "import workbook_child\n"
        "workbook_child.confine()\n"
        "known = [a for a in sys.argv if 'a.xlsx' in a] or os.environ.get('PATH')\n"
        f"try:\n    made = os.write(os.open({str(marks)!r}, os.O_WRONLY | os.O_CREAT), b'x')\n"
        "except OSError:\n    made = None\n"
        'says = b\'{"error": "NOT_A_WORKBOOK", "why": ""}\' if known or made else b\'\'\n'
        "sys.stdout.buffer.write(says or b'{\"end\": {}}')\n"
        "sys.stdout.buffer.write(b'\\n')\n"
    )
    monkeypatch.setattr(workbook, "CHILD", script)
    monkeypatch.setenv("PATH", "/usr/bin")
    open_workbook(table(tmp_path / "a.xlsx", HEAD)).close()
    assert not marks.exists() or marks.stat().st_size == 0


@given(st.binary(max_size=400), st.integers(0, 40))
def test_no_bytes_break_the_checks(noise: bytes, cut: int) -> None:
    """Any damage to the container is refused with a code, before a reader sees it."""
    for data in (b"PK\x03\x04" + noise, noise, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise):
        code = "taken"
        try:
            workbook_child.check(data[: max(0, len(data) - cut)])
        except workbook_child.Refused as fault:
            code = fault.code
        assert code in {*codes.FILE, "taken"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(2004.0, "2004"), (40.1, "40.1"), (-5.0, "-5"), (1e15, "1000000000000000.0"), (0.1, "0.1")],
)
def test_numbers_come_as_they_were_typed(value: object, text: str) -> None:
    """A whole number is written without a fraction, another one with the digits it has."""
    assert workbook_child.number_text(value) == text  # type: ignore[arg-type]


def test_the_child_runs_alone() -> None:
    """Its file imports nothing of the project, which it must not be able to touch."""
    text = Path(workbook_child.__file__).read_text("utf-8")
    assert "from api" not in text
    assert "from ledger" not in text
    assert sys.executable
