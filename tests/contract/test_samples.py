"""The exports of a BKD go in and the expected scores come out, whatever the order and the
database.
"""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.contract.command import AsnLedger, Result

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
EXPECTED = json.loads(
    (SAMPLES / "expected-ip-asn-2022-12-31.json").read_text("utf-8"), parse_float=Decimal
)
DATA = (
    *("siasn-profil.xlsx", "pelatihan.xlsx", "seminar.xlsx", "ekinerja-evaluasi.xlsx"),
    *("hukdis.xlsx", "penghargaan.csv", "catatan-tambahan.jsonl"),
)
MEASURES = ("kualifikasi", "kompetensi", "kinerja", "disiplin")
REFUSED = [
    ("ekinerja-evaluasi.xlsx", 172, "hasil_akhir", "VALUE_NOT_LISTED"),
    ("pelatihan.xlsx", 108, "nip", "PERSON_UNKNOWN"),
    ("pelatihan.xlsx", 109, "tanggal_selesai", "END_BEFORE_START"),
    ("pelatihan.xlsx", 110, "jp", "OUT_OF_RANGE"),
    ("siasn-profil.xlsx", 64, "NIP BARU", "NIP_IS_NUMBER"),
    ("siasn-profil.xlsx", 65, "NIP BARU", "NIP_MALFORMED"),
    ("siasn-profil.xlsx", 66, "NIP BARU", "NIP_MALFORMED"),
]


def files(names: tuple[str, ...] = DATA) -> list[Path]:
    """The data files in an order."""
    return [SAMPLES / name for name in names]


def scores(asn: AsnLedger, *options: str) -> dict[str, Any]:
    """NIP -> answer as of the day of the expected file."""
    asked = ("score", "--all", "--instrument", "ip-asn", "--as-of", EXPECTED["as_of"], "--json")
    result = asn(*asked, *options)
    assert result.status == 0, result.err
    return {one["person"]["nip"]: one for one in result.lines}


def decimal(text: object) -> Decimal | None:
    """A number of either file, or nothing."""
    return None if text is None else Decimal(str(text))


def check_scores(found: dict[str, Any]) -> None:
    """Person by person and measure by measure, equal as decimals."""
    assert found.keys() == EXPECTED["people"].keys()
    for nip, expected in EXPECTED["people"].items():
        answer = found[nip]
        if "status" in expected:
            assert answer["status"] == expected["status"]
            assert answer["total"] is None
            continue
        points = {one["measure"]: decimal(one["points"]) for one in answer["measures"]}
        assert points == {name: decimal(expected[name]) for name in MEASURES}, nip
        assert decimal(answer["total"]) == decimal(expected["total"])
        assert (answer["status"] == "not_computable") == (expected["total"] is None)


def events(asn: AsnLedger) -> list[Any]:
    """The log."""
    result = asn("events", "--json")
    assert result.status == 0
    return result.lines


def whole_folder(asn: AsnLedger) -> Result:
    """Import everything that lies in the folder."""
    return asn("import", SAMPLES, "--json")


def test_the_samples_give_the_expected_scores(founded: AsnLedger) -> None:
    """From the table and from the streams alike, on both databases."""
    assert whole_folder(founded).status == 1
    check_scores(scores(founded))
    check_scores(scores(founded, "--trace"))


def test_one_by_one_the_answers_are_the_same(founded: AsnLedger) -> None:
    """A person asked for alone has the digest he has among all."""
    whole_folder(founded)
    everybody = scores(founded)
    for nip in list(everybody)[::6]:
        alone = founded(
            *("score", nip, "--instrument", "ip-asn", "--as-of", EXPECTED["as_of"], "--json")
        ).json
        assert alone["digest"] == everybody[nip]["digest"]
        assert alone["person"] == everybody[nip]["person"]


def test_the_seven_bad_rows_are_refused_and_nothing_else(founded: AsnLedger) -> None:
    """Each for one reason, with its place; the files that are no data are named and left alone."""
    shown = whole_folder(founded).json
    refused = [(one["file"], one["row"], one["column"], one["code"]) for one in shown["refused"]]
    assert refused == REFUSED
    assert sorted(shown["unknown_files"]) == ["README.md", "expected-ip-asn-2022-12-31.json"]
    assert shown["conflicts"] == 0
    counted = sum(shown[name] for name in ("new", "same", "confirmed", "corrects"))
    assert shown["read"] == counted + len(REFUSED) == 415
    for one in shown["refused"]:
        assert one["message"]
        assert one["next_step"]
        assert one["who_must_act"]
        assert not one["found"] or one["found"] not in one["message"]


def test_importing_again_changes_nothing(founded: AsnLedger) -> None:
    """No event is appended by the same folder, other orders, or each file by itself."""
    whole_folder(founded)
    before = events(founded)
    for paths in (files(), files(DATA[::-1])):
        again = founded("import", *paths, "--json").json
        assert (again["new"], again["corrects"], again["conflicts"]) == (0, 0, 0)
        assert again["same"] + again["confirmed"] == 408
    for path in files():
        founded("import", path, "--json")
    assert events(founded) == before


@pytest.mark.parametrize("order", [DATA[::-1], (DATA[3], DATA[6], *DATA[:3], *DATA[4:6])])
def test_the_order_of_files_does_not_matter(
    sqlite_url: str, tmp_path: Path, order: tuple[str, ...]
) -> None:
    """References, units and people come first, wherever they are named."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    shown = asn("import", *files(order), "--json").json
    assert len(shown["refused"]) == len(REFUSED)
    check_scores(scores(asn))


def test_file_by_file_gives_the_same_scores(sqlite_url: str, tmp_path: Path) -> None:
    """Seven imports instead of one: other positions, no other score."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    for path in files():
        asn("import", path, "--json")
    check_scores(scores(asn))


def test_the_same_rows_in_copies_are_the_same(sqlite_url: str, tmp_path: Path) -> None:
    """Files under other names, in another folder, are no other facts."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    whole_folder(asn)
    before = events(asn)
    copies = tmp_path / "salinan"
    copies.mkdir()
    for path in files():
        shutil.copy(path, copies / f"salinan {path.name}")
    again = asn("import", copies, "--json").json
    assert (again["new"], again["corrects"]) == (0, 0)
    assert events(asn) == before


def test_a_dry_run_says_the_same_and_adds_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """Dry run and real run are one path."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    before = events(asn)
    dry = asn("import", SAMPLES, "--json", "--dry-run")
    assert events(asn) == before
    real = whole_folder(asn)
    assert dry.json == real.json
    assert dry.status == real.status == 1


def test_the_sanctions_quashed_and_the_certificate_annulled(
    sqlite_url: str, tmp_path: Path
) -> None:
    """What was known before the annulment still answers as it did; after it, nothing counts."""
    asn = AsnLedger(sqlite_url, tmp_path)
    asn("init")
    whole_folder(asn)
    annulled = [one for one in events(asn) if one["fact"] == "annul"]
    assert len(annulled) == 3
    first = min(one["position"] for one in annulled)
    person = annulled[0]["stream"]
    ask = ("score", person, "--instrument", "ip-asn", "--as-of", EXPECTED["as_of"], "--json")
    before, after = asn(*ask, "--position", first - 1).json, asn(*ask).json

    def points(answer: Any) -> Decimal:
        return sum(
            Decimal(one["points"]) for one in answer["measures"] if one["measure"] == "kompetensi"
        ) or Decimal(0)

    assert points(before) >= points(after)
    assert before["digest"] != after["digest"]
