"""`report petikan`, `perbandingan`, `kasus`, `keputusan`, `sertifikat`: what stands on paper is what
the JSON says, in every form.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from api.outputs import twins
from api.outputs.papers.paper import Context, Seal
from api.outputs.papers.said import number
from ledger.domain.unit_directory import directory
from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.contract.test_cases import ALL, with_calendar
from tests.outputs.pdf_text import pdf_text
from tests.persons import nip

IP = ("--instrument", "ip-asn")
DAY = ("--as-of", "2022-12-31")
SITE = "https://kinerja.example.go.id"
REPORTS = ["rekap-ip-asn", "petikan", "perbandingan", "kasus", "keputusan", "sertifikat"]
HOSTILE = '#panic("x") *b* _i_ $x$ <a> @b [ `c` // d /* e \\'
ASKED: dict[str, tuple[object, ...]] = {
    "petikan": (nip(1), *IP, *DAY),
    "perbandingan": (nip(1), *IP, "--from", "2021-12-31", "--to", "2023-12-31"),
    "kasus": (nip(1), "K-1", "--as-of", "2022-06-01", "--effect"),
    "keputusan": ("P-1", "--recheck"),
    "sertifikat": ("nilai.json",),
}
# What each document shows, as the same question gives it as JSON.
SHOWN: dict[str, tuple[object, ...]] = {
    "petikan": ("score", *ASKED["petikan"], "--json"),
    "perbandingan": ("diff", *ASKED["perbandingan"], "--json"),
    "kasus": ("case", "show", *ASKED["kasus"][:-1], "--json"),
    "keputusan": ("decision", "show", "P-1", "--json"),
    "sertifikat": ("score", nip(1), *IP, *DAY, "--json"),
}
NUMBERS = frozenset(("points", "max", "total", "difference", "number", "rank", "size"))
INSTANTS = frozenset(("known_at", "recorded_at"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `people`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("documents")
    asn = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert asn("init").status == 0
    with_calendar(asn)
    rows = [
        about(1, "qualification", level="S2", on="2015-08-01"),
        about(1, "competency", hours=12.5, title=HOSTILE, to="2022-05-04", key="kursus-1"),
        about(1, "appraisal", predicate="SANGAT_BAIK"),
        about(2, "appraisal", predicate="BAIK"),
    ]
    assert asn("import", asn.file("fakta.jsonl", *rows)).status == 0
    assert asn("import", asn.file("perkara.jsonl", *ALL)).status == 0
    _decide(asn)
    asked = ("score", nip(1), *IP, *DAY, "--certificate", "nilai.json")
    assert asn(*asked).status == 0
    return folder


def _decide(asn: AsnLedger) -> None:
    """A decision on two people, issued by another."""
    draft = ("--kind", "PROMOSI_JABATAN", *IP, *DAY, "--id", "P-1", "--reasons", HOSTILE)
    steps = [
        ("draft", nip(1), nip(2), *draft, "--choose", nip(1), "--actor", "ani"),
        ("recommend", "P-1", "--body", "PANEL", "--in-favour", "--actor", "panel"),
        ("issue", "P-1", "--number", "SK 1/2023", "--decided-on", "2023-02-01", "--actor", "budi"),
    ]
    for step in steps:
        assert asn("decision", *step).status == 0


@pytest.fixture
def people(built: Path, tmp_path: Path) -> AsnLedger:
    """A person with facts and a case, his superior, a decision on both, and a certificate."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)


def document(asn: AsnLedger, kind: str, suffix: str, *more: object) -> bytes:
    """The file of a document."""
    name = f"{kind}.{suffix}"
    result = asn("report", kind, *ASKED[kind], *more, "--out", name)
    assert result.status == 0, result.err
    return (asn.folder / name).read_bytes()


def words(data: bytes) -> str:
    """The text of a PDF, blanks as one."""
    return re.sub(r"\s+", " ", pdf_text(data).replace("\u200b", ""))


def numbers(value: Any, key: str = "") -> Iterator[str]:
    """Every number that a reader must find again, as it is written here."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from numbers(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from numbers(one, key)
    elif value is not None and not isinstance(value, bool):
        if key in NUMBERS and re.fullmatch(r"-?[\d.]+", str(value)):
            yield number(Decimal(str(value)))
        elif key in {"position", "enacted"} or key == "digest":
            yield str(value)


@pytest.mark.parametrize("kind", ASKED)
def test_the_same_bytes_twice(people: AsnLedger, kind: str) -> None:
    """No clock, chance or font of the machine in any form; what --json says of the file holds."""
    for suffix in ("pdf", "xlsx", "csv"):
        first = document(people, kind, suffix)
        shown = people("report", kind, *ASKED[kind], "--out", f"b.{suffix}", "--json").json
        assert (people.folder / f"b.{suffix}").read_bytes() == first
        assert shown == {
            "report": kind,
            "file": f"b.{suffix}",
            "bytes": len(first),
            "sha256": hashlib.sha256(first).hexdigest(),
        }


@pytest.mark.parametrize("kind", ASKED)
def test_every_number_stands_on_paper(people: AsnLedger, kind: str) -> None:
    """Points, totals, positions and digests of the JSON answer; and who it is about."""
    shown = people(*SHOWN[kind]).json
    if kind == "sertifikat":  # asked at the checkpoint that was taken for it
        position = people("verify", "nilai.json", "--json").json["answer"]["position"]
        shown = people(*SHOWN[kind], "--position", position).json
    found = words(document(people, kind, "pdf"))
    wanted = sorted(set(numbers(shown)))
    assert wanted
    if kind == "keputusan":  # candidates' own digests stay in the JSON
        wanted = [one for one in wanted if not one.startswith("sha256:")]
        wanted.append(shown["basis"]["digest"])
    assert [one for one in wanted if one not in found] == []
    assert nip(1) in found
    assert "Ani Contoh" in found


@pytest.mark.parametrize("kind", ASKED)
def test_all_forms_say_the_same(people: AsnLedger, kind: str) -> None:
    """Every cell of the workbook's tables stands in the text form, and has its place on paper."""
    data = document(people, kind, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "Sampul"
    assert book.sheetnames[-1] == "Keterangan"
    text = document(people, kind, "csv").decode("utf-8-sig")
    paper = re.sub(r"\s", "", words(document(people, kind, "pdf")))
    cells = [
        str(cell)
        for name in book.sheetnames[1:]
        for row in book[name].iter_rows(min_row=2, values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert len(cells) > 10
    for cell in cells:
        assert cell.replace('"', '""') in text or cell in text
        assert re.sub(r"\s", "", cell.removeprefix("'")) in paper


def test_tagged_and_in_indonesian(people: AsnLedger) -> None:
    """PDF/UA-1 with language and title."""
    data = document(people, "petikan", "pdf")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"/Lang" in data
    assert b"Petikan Rekam Jejak Kinerja" in data


def test_no_text_becomes_markup(people: AsnLedger) -> None:
    """Titles and reasons are set as they stand."""
    assert HOSTILE in words(document(people, "petikan", "pdf"))
    assert HOSTILE in words(document(people, "keputusan", "pdf"))
    assert HOSTILE.replace('"', '""') in document(people, "petikan", "csv").decode()


def test_official_only_by_penetapan(people: AsnLedger) -> None:
    """The word stands on paper where a penetapan set the answer, and nowhere else."""
    assert "resmi" not in words(document(people, "petikan", "pdf"))
    draft = ("--kind", "PENETAPAN", *IP, *DAY, "--id", "TAP-1", "--actor", "ani")
    assert people("decision", "draft", "--all", *draft).status == 0
    decree = ("--number", "SK 2/2023", "--decided-on", "2023-03-01", "--actor", "budi")
    why = ("--reasons", "Tanpa pertimbangan")
    assert people("decision", "issue", "TAP-1", *decree, *why).status == 0
    assert "Nilai resmi menurut penetapan TAP-1" in words(document(people, "petikan", "pdf"))


def test_a_simulation_says_so_on_every_page(people: AsnLedger) -> None:
    """Without a fact, under other rules or of a day to come: never to be taken for a result."""
    for more in (("--without", "kursus-1"), ("--as-of", "2190-01-01")):
        asked = ASKED["petikan"] if more[0] == "--without" else ASKED["petikan"][:3]
        name = people.folder / "s.pdf"
        assert people("report", "petikan", *asked, *more, "--out", name).status == 0
        found = words(name.read_bytes())
        pages = int(re.findall(r"Halaman \d+ dari (\d+)", found)[-1])
        assert found.count("SIMULASI, bukan data resmi") == pages
    assert "SIMULASI" not in words(document(people, "petikan", "pdf"))
    minutes = words(document(people, "kasus", "pdf"))
    assert "Memuat bagian SIMULASI, bukan data resmi" in minutes


def test_letterhead_number_and_link(people: AsnLedger) -> None:
    """The agency, the number of the letter, the permanent link, pages out of all pages."""
    found = words(document(people, "petikan", "pdf", "--number", "800/12/BKD", "--site", SITE))
    assert found.startswith("PEMERINTAH PROVINSI KALIMANTAN UTARA Petikan Rekam Jejak Kinerja")
    assert "Nomor: 800/12/BKD" in found
    stream = people("history", nip(1), "--json").json["subject"]
    position = people(*SHOWN["petikan"]).json["position"]
    link = f"{SITE}/asn/{stream}?instrument=ip-asn&as_of=2022-12-31&position={position}"
    assert link in found.replace(" ", "")
    assert "Halaman 1 dari" in found


def test_the_checkpoint_that_covers_it(people: AsnLedger) -> None:
    """The first one of that size or more; before there is one, that is said."""
    # What no checkpoint covers yet: looks alone may have made one of the facts before.
    assert people("import", people.file("m.jsonl", of_unit("W", "unit"))).status == 0
    position = people(*SHOWN["petikan"]).json["position"]
    kept = people.folder / "c.txt"
    assert people("checkpoint", "--out", kept).status == 0
    assert kept.read_text().splitlines()[2] in words(
        document(people, "petikan", "pdf", "--position", position)
    )
    assert people("import", people.file("n.jsonl", of_unit("X", "unit"))).status == 0
    assert "belum ada titik periksa yang mencakup" in words(document(people, "petikan", "pdf"))


def test_only_an_own_certificate_goes_on_paper(people: AsnLedger, tmp_path: Path) -> None:
    """A certificate that proves itself under another ledger's key is refused."""
    folder = tmp_path / "lain"
    folder.mkdir()
    other = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert other("init").status == 0
    with_calendar(other)
    paper = folder / "x.pdf"
    foreign = people.folder / "nilai.json"
    result = other("report", "sertifikat", foreign, "--out", paper, "--json")
    assert result.status == 1
    assert result.json["error"]["code"] == "certificate_foreign"
    assert not paper.exists()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("lain", "--out", "x.pdf"), 2),
        (("petikan", nip(1), *IP), 2),
        (("petikan", nip(1), *IP, "--out", "x.docx"), 2),
        (("petikan", nip(1), *IP, "--out", "x.pdf", "--site", "javascript:alert(1)"), 2),
        (("petikan", nip(1), *IP, "--out", "x.pdf", "--number", nip(1)), 2),
        (("petikan", nip(9), *IP, "--out", "x.pdf"), 1),
        (("petikan", "BKD", *IP, "--out", "x.pdf"), 1),
        (("kasus", nip(1), "K-9", "--out", "x.pdf"), 1),
        (("keputusan", "P-9", "--out", "x.pdf"), 1),
        (("sertifikat", "tidak-ada.json", "--out", "x.pdf"), 2),
        (("perbandingan", nip(1), *IP, *DAY, "--out", "x.pdf"), 2),
    ],
)
def test_what_is_refused(people: AsnLedger, asked: tuple[object, ...], status: int) -> None:
    """Misuse is 2, what is not there 1; no file is left behind."""
    assert people("report", *asked).status == status
    assert not list(people.folder.glob("x.*"))


def test_the_documents_there_are(founded: AsnLedger) -> None:
    """Without a name they are listed."""
    assert [one["report"] for one in founded("report", "--json").json["reports"]] == REPORTS
    assert all(name in founded("report").out for name in REPORTS)


def test_lists_are_twins_too(people: AsnLedger) -> None:
    """Cases, decisions and units as a table of one row each; names of files hold nobody."""
    lines = people("case", "list", "--as-of", "2022-06-01", "--json").lines
    listed = people("decision", "list", "--json").json
    unit = {"id": "0" * 32, "code": "BKD", "name": "Badan", "path": "Badan", "mean": "70.5"}
    context = Context(
        "Instansi", "asal", ZoneInfo("Asia/Makassar"), directory({}), seal=Seal(1, "")
    )
    shown: dict[str, dict[str, Any]] = {
        "daftar-kasus": {"as_of": "2022-06-01", "position": 3, "cases": lines},
        "daftar-keputusan": listed,
        "daftar-unit": {"as_of": "2022-06-01", "position": 3, "units": [unit]},
    }
    for kind, one in shown.items():
        text = twins.write(kind, ".csv", one, context).data.decode("utf-8-sig")
        assert len(text.splitlines()) == 2, kind
        made = twins.write(kind, ".pdf", one, context)
        assert made.media == "application/pdf"
        assert made.name.startswith(kind)
        assert "Jumlah baris 1" in words(made.data)
    assert "K-1" in words(twins.write("daftar-kasus", ".pdf", shown["daftar-kasus"], context).data)
    answer = people(*SHOWN["petikan"]).json
    made = twins.write("petikan", ".xlsx", answer, context)
    assert made.name == f"petikan-{answer['subject']}-2022-12-31-{answer['position']}.xlsx"


def test_on_each_database(founded: AsnLedger) -> None:
    """A record extract from either database, with its checkpoint."""
    with_calendar(founded)
    assert founded("checkpoint").status == 0
    found = words(document(founded, "petikan", "pdf"))
    assert "Ani Contoh" in found
    assert "Akar catatan" in found
