"""What each role comes for, on the real server process: one function a journey, desk and phone."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from playwright.sync_api import Page

from api.intake.templates import template_bytes
from tests.e2e.addresses import (
    ANALYST,
    APPROVER,
    AUDITOR,
    DECIDER,
    OPERATOR,
    OWN,
    PANEL,
    filled,
)
from tests.e2e.site import DESK, FALLEN, LATE, PHONE, House, violations

WIDTHS = pytest.mark.parametrize("width", [DESK, PHONE])
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def amount(text: str) -> Decimal:
    """Points as an Indonesian page writes them."""
    return Decimal(text.strip().replace("\u2212", "-").replace(".", "").replace(",", "."))


def find(page: Page, number: str = FALLEN) -> None:
    """From the start page to somebody's record, by number."""
    page.goto("/")
    page.locator("#cari").fill(number)
    page.locator("form.search").get_by_role("button", name="Cari").click()
    page.wait_for_url("**/asn/**")
    assert number not in page.url


def drill(page: Page) -> None:
    """From a bar to its measure with the article, and on to the fact and its source."""
    page.locator("#total").get_by_role("link", name="Disiplin").click()
    measure = page.locator("#ukuran-disiplin")
    assert "PerBKN 8/2019" in measure.inner_text()
    measure.locator("a.folio").first.click()
    page.wait_for_url("**/catatan/**")
    assert page.locator("#asal").is_visible()


def compared(page: Page) -> None:
    """Two knowledge dates: what was known when it was signed, and now; the causes add up."""
    page.get_by_label("Dari hari").fill("2023-12-31")
    page.get_by_label("Ke hari").fill("2023-12-31")
    page.get_by_label("Dari: tercatat s.d.").fill("2024-02-29")
    page.get_by_role("button", name="Bandingkan").click()
    page.wait_for_url("**known_from=2024-02-29**")
    sides = [amount(one) for one in page.locator("#dua .side-total b.num").all_inner_texts()]
    parts = [
        amount(one) for one in page.locator("#golongan tbody td.right").all_inner_texts()
        if one.strip() not in ("", "\u2013")
    ]  # fmt: skip
    told = amount(page.locator("p.lead b.num").inner_text())
    assert parts
    assert sides[1] - sides[0] == told == sum(parts)
    assert told != 0


@WIDTHS
def test_an_analyst_finds_steps_drills_and_compares(house: House, width: int) -> None:
    """Person, slider, step, bar, fact, article; and two knowledge dates whose causes add up."""
    with house.visit(ANALYST, width=width) as page:
        find(page)
        record = page.url
        now = page.locator("#tb-as-of").input_value()
        page.locator("a.step[rel=prev]").click()
        page.wait_for_url("**as_of=**")
        before = page.locator("#tb-as-of").input_value()
        assert before < now
        page.locator(".slider input").focus()
        page.keyboard.press("Home")
        page.wait_for_function(
            "(day) => document.querySelector('#tb-as-of').value < day", arg=before
        )
        assert page.get_by_text("Anda melihat masa lalu").is_visible()
        page.goto(record)
        drill(page)
        find(page, LATE)
        page.get_by_role("link", name="Bandingkan dengan hari lain").click()
        compared(page)


def test_an_analyst_needs_no_script(house: House) -> None:
    """The same journey without a script: the form and the steps are links."""
    with house.visit(ANALYST, java_script_enabled=False) as page:
        find(page)
        record = page.url
        page.locator("#tb-as-of").fill("2023-12-31")
        page.get_by_role("button", name="Tampilkan").click()
        page.locator("a.step[rel=prev]").click()
        assert page.locator("#tb-as-of").input_value() < "2023-12-31"
        page.goto(record)
        drill(page)
        find(page, LATE)
        page.get_by_role("link", name="Bandingkan dengan hari lain").click()
        compared(page)


def test_an_analyst_needs_no_mouse(house: House) -> None:
    """Slash searches, brackets step, arrows move the slider, a question mark helps."""
    with house.visit(ANALYST) as page:
        page.goto("/")
        page.keyboard.press("/")
        page.keyboard.type(FALLEN)
        page.keyboard.press("Enter")
        page.wait_for_url("**/asn/**")
        now = page.locator("#tb-as-of").input_value()
        page.keyboard.press("[")
        page.wait_for_url("**as_of=**")
        assert page.locator("#tb-as-of").input_value() < now
        page.keyboard.press("]")
        page.wait_for_function(
            "(day) => document.querySelector('#tb-as-of').value === day", arg=now
        )
        page.locator(".slider input").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("(day) => document.querySelector('#tb-as-of').value < day", arg=now)
        page.locator("main").focus()
        page.keyboard.press("?")
        assert page.locator("#bantuan").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#bantuan").is_visible()


# Case, what waits for a ruling in it, and who rules.
RANKS = {1280: "IV/e", 360: "IV/d"}  # that the person does not have: another day would conflict
RULED = {
    DESK: ("HD-SENGKETA", "KB-HD-SENGKETA", "ATASAN"),
    PHONE: ("PK-2026-06-1", "BD-HD-2026-06-1", "BPASN"),
}


@WIDTHS
def test_a_panel_brings_a_case_to_its_ruling(house: House, width: int) -> None:
    """From the board to a case, with and without it, and a ruling that another confirms."""
    name, filing, forum = RULED[width]
    with house.visit(PANEL, width=width) as page:
        page.goto("/kasus?purpose=case")
        page.locator(".board li", has_text=name).get_by_role("link").first.click()
        assert name in page.locator("h1").inner_text()
        case = page.url
        assert "SIMULASI, bukan data resmi" in page.locator("#akibat").inner_text()
        assert page.locator("#akibat tbody tr").count() > 0
        page.get_by_role("link", name="Usulkan putusan").first.click()
        page.locator("#f-on").fill("2026-11-20")
        page.locator("#f-of").fill(filing)
        page.locator("#f-forum").select_option(forum)
        page.locator("#f-outcome").select_option("DIPERKUAT")
        page.locator("#f-final").select_option("YA")
        for part, value in (("kind", "SK"), ("number", f"PUT/{width}"), ("date", "2026-11-20")):
            page.locator(f'[id="f-document.{part}"]').fill(value)
        page.get_by_role("button", name="Periksa").click()
        page.get_by_role("button", name="Usulkan").click()
        page.get_by_role("link", name="Lihat usulan").click()
        page.wait_for_url("**/catat/usulan/**")
        assert violations(page) == []
        proposal = page.url
    with house.visit(APPROVER, width=width) as page:
        page.goto(proposal)
        page.get_by_role("button", name="Setujui dan catat").click()
        page.wait_for_load_state()
        assert page.get_by_role("button", name="Setujui dan catat").count() == 0
    with house.visit(PANEL, width=width) as page:
        page.goto(case)
        assert "Putusan" in page.locator("#langkah tbody").inner_text()


@WIDTHS
def test_a_decision_is_drafted_by_one_and_issued_by_another(house: House, width: int) -> None:
    """The analyst drafts, the panel supports, the decider issues; the basis still holds."""
    ident = f"JALAN-{width}"
    with house.visit(ANALYST, width=width) as page:
        page.goto("/keputusan/baru")
        page.get_by_label("Kode konsep").fill(ident)
        page.get_by_label("Jenis", exact=True).select_option("PROMOSI_JABATAN")
        page.get_by_label("Aturan yang memeringkat").select_option("ip-asn")
        page.get_by_label("NIP atau ID").fill(FALLEN)
        page.get_by_role("button", name="Buat konsep").click()
        page.wait_for_url(f"**/keputusan/{ident}?**")
        assert page.get_by_role("button", name="Tetapkan").count() == 0
        there = page.url
    with house.visit(PANEL, width=width) as page:
        page.goto(there)
        page.get_by_label("Badan").select_option("PANEL")
        page.locator("#pertimbangan input[value=true]").check()
        page.get_by_role("button", name="Catat pertimbangan").click()
        page.wait_for_load_state()
        assert "mendukung" in page.locator("#langkah").inner_text()
    with house.visit(DECIDER, width=width) as page:
        page.goto(there)
        page.locator("input[name=pilih]").first.check()
        page.get_by_label("Nomor keputusan").first.fill(f"SK {width}/2026")
        page.locator("#p-alasan").fill("Cakap.")
        page.get_by_role("button", name="Tetapkan").click()
        page.wait_for_load_state()
        assert f"SK {width}/2026" in page.locator("#langkah").inner_text()
        page.get_by_role("link", name="Periksa ulang dasarnya").click()
        assert page.get_by_text("Dasarnya masih memberi jawaban yang sama.").is_visible()
        assert violations(page) == []


def workbook(*rows: tuple[str, str, str]) -> bytes:
    """The empty form of golongan with (number, golongan, day) in it."""
    book = openpyxl.load_workbook(io.BytesIO(template_bytes("golongan")))
    page = book.worksheets[0]
    header = [cell.value for cell in page[3]]
    names = ("NIP", "Golongan ruang", "Berlaku sejak (TMT)")
    for place, row in enumerate(rows, 4):
        for name, value in zip(names, row, strict=True):
            page.cell(place, header.index(name) + 1, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(page: Page, data: bytes) -> None:
    """Send a workbook to the import desk."""
    page.goto("/impor")
    page.get_by_label("Berkas", exact=True).set_input_files(
        {"name": "golongan.xlsx", "mimeType": SHEET, "buffer": data}
    )
    page.get_by_role("button", name="Periksa").click()
    page.wait_for_url("**/impor/*")


@WIDTHS
def test_an_operator_mends_a_workbook(house: House, width: int) -> None:
    """Sent with an error, returned with the reason, mended, proposed; another confirms."""
    number, day, rank = _of_health(house), f"2026-0{1 + width // 1000}-01", RANKS[width]
    with house.visit(OPERATOR, width=width) as page:
        sent(page, workbook((number, "V/z", day)))
        assert page.locator("#hasil").get_by_text("Ditolak").is_visible()
        with page.expect_download() as coming:
            page.get_by_role("link", name="Unduh kembali").click()
        back = openpyxl.load_workbook(io.BytesIO(coming.value.path().read_bytes()))
        said = [str(cell.value) for row in back.worksheets[0].iter_rows() for cell in row]
        assert any("V/z" in one for one in said)
        sent(page, workbook((number, rank, day)))
        assert violations(page) == []
        page.get_by_role("button", name="Usulkan impor ini").click()
        page.get_by_text("Anda yang mengusulkannya").wait_for()
        there = page.url
    with house.visit(APPROVER, width=width) as page:
        page.goto(there)
        page.get_by_role("button", name="Setujui dan catat").click()
        page.wait_for_load_state()
        assert page.locator("#hasil").get_by_text("Yang terjadi").is_visible()


def _of_health(house: House) -> str:
    """Somebody whom the operator of the health office may send facts about."""
    with house.ask(ANALYST) as client:
        units = client.get("/opd.json").json()["units"]
        code = next(one["id"] for one in units if one["code"] == "DINKES")
        asked = {"purpose": "administration"}
        people = client.get(f"/opd/{code}/pegawai.json", params=asked).json()["members"]
        return str(next(one["person"]["nip"] for one in people if one["person"]["nip"]))


@WIDTHS
def test_an_auditor_checks_a_proof_and_who_looked(house: House, width: int) -> None:
    """A checkpoint is fetched and checked by upload, a changed one refused; then who looked."""
    with house.ask(AUDITOR) as client:
        note = client.get("/api/v1/log/checkpoint").content
    with house.visit(AUDITOR, width=width) as page:
        for data, verdict in (
            (note, "Utuh, dan dari buku ini"),
            (b"PK\x03\x04", "Jangan dipakai sebagai bukti"),
        ):
            page.goto("/audit")
            page.locator("#periksa input[type=file]").set_input_files(
                {"name": "titik.txt", "mimeType": "text/plain", "buffer": data}
            )
            page.locator("#periksa").get_by_role("button", name="Periksa").click()
            page.wait_for_url("**/audit/periksa")
            assert page.get_by_text(verdict).is_visible()
            assert violations(page) == []
        page.goto("/akses/cari")
        assert ANALYST in page.locator("main").inner_text()


@WIDTHS
def test_an_official_reads_his_record_and_who_looked(house: House, width: int) -> None:
    """His own record without a purpose; who looked at it, and what for."""
    with house.visit(ANALYST) as page:
        page.goto(filled(house, "/asn/{fallen}?purpose=administration"))
    with house.visit(OWN, width=width) as page:
        page.goto("/")
        page.get_by_role("link", name="Buka rekam jejak saya").click()
        assert page.locator("#nilai").is_visible()
        assert "purpose" not in page.url
        page.goto("/akses")
        assert ANALYST in page.locator("#pembacaan").inner_text()


def test_a_rule_is_tried_by_moving_a_slider(house: House) -> None:
    """The effect stands beside the number at once, and the address says what was changed."""
    with house.visit(ANALYST) as page:
        page.goto("/aturan/ip-asn/coba?as_of=2022-12-31")
        number = page.locator("[id='f-p.measures.kualifikasi.points.S1']")
        assert number.input_value() == "15"
        page.get_by_role("slider", name="S1", exact=True).fill("10")
        page.wait_for_selector("#akibat")
        assert number.input_value() == "10"
        assert "set=measures.kualifikasi.points.S1%3D10" in page.url
        effect = page.locator("#akibat-kini")
        assert "semua pegawai" in effect.inner_text()
        fell = effect.locator("dl.figures div", has_text="turun").locator("b").inner_text()
        assert int(fell) > 0
        number.fill("15")
        number.press("Tab")
        page.wait_for_selector("#akibat", state="detached")


def test_a_day_is_said_in_the_language_of_the_page(house: House) -> None:
    """Beside a date field, which a browser writes in its own language, stands the day in words."""
    with house.visit(ANALYST) as page:
        page.goto("/opd?as_of=2023-12-31")
        assert page.locator("label[for=tb-as-of]").inner_text() == "Berlaku per 31 Desember 2023"
        page.locator("#tb-known").fill("2024-01-31")
        assert page.locator("label[for=tb-known]").inner_text().endswith("31 Januari 2024")
        page.goto("/opd?as_of=2023-12-31&bahasa=en")
        assert page.locator("label[for=tb-as-of]").inner_text().endswith("31 December 2023")
        page.goto("/opd?bahasa=id")
