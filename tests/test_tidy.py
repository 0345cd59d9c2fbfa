"""The tree is tidy: our own checks, the lock files, the package and the Makefile."""

import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests import tidy

ROOT = Path(__file__).parents[1]
LEFT_OUT = {".git", ".venv", "var", "build", "dist", "__pycache__"}
# Copies of files as they are exported; they are data, and not ours to tidy.
DATA = "tests/data/"
BROKEN = "src/ledger/broken.py"
RULES = "src/projections/tracing/trace.py"

# One offence for each check: a check that no longer finds it has rotted.
OFFENCES: tuple[tuple[tidy.Check, str, str], ...] = (
    (tidy.long_file, BROKEN, "x = 1\n" * 401),
    (tidy.long_function, BROKEN, "def f():\n" + "    x = 1\n" * 60),
    (tidy.package_with_code, "src/ledger/__init__.py", '"""Doc."""\nimport os\n'),
    (tidy.package_with_code, "src/ledger/__init__.py", ""),
    (tidy.bare_assert, BROKEN, "assert True\n"),
    (tidy.binary_float, BROKEN, "x = float('1.5')\n"),
    (tidy.number_of_the_law, RULES, "hours = 20\n"),
    (tidy.number_of_the_law, RULES, "share = 0.5\n"),
    (tidy.number_of_the_law, RULES, "points = Decimal('22.5')\n"),
    (tidy.commit_inside, BROKEN, "connection.commit()\n"),
    (tidy.unnumbered_promise, BROKEN, "# TO" + "DO later\n"),
    (tidy.foreign_word, "docs/x.md", "see file" + "://x\n"),
    (tidy.untitled_test, "tests/test_x.py", "def test_a():\n    assert 1\n"),
    (tidy.untitled_test, "tests/test_x.py", 'def test_a():\n    """A\n    b."""\n    assert 1\n'),
    (tidy.empty_test, "tests/test_x.py", 'def test_a():\n    """A."""\n    run()\n'),
    (tidy.skipped_test, "tests/test_x.py", "pytest.skip('no')\n"),
)


@cache
def tracked() -> tuple[str, ...]:
    """Paths of every file that is in the repository or would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    else:  # an unpacked archive has no repository
        names = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts)
        ]
    return tuple(sorted(names))


def text_of(name: str) -> str | None:
    """The text of a file, or None for workbooks and pictures."""
    try:
        return (ROOT / name).read_text("utf-8")
    except UnicodeDecodeError:
        return None


def faults(checks: tuple[tidy.Check, ...], prefix: str, suffix: str) -> Iterator[str]:
    """What the checks find in the files under a prefix."""
    for name in tracked():
        if name.startswith(prefix) and name.endswith(suffix) and not name.startswith(DATA):
            text = text_of(name)
            for check in checks if text is not None else ():
                yield from check(name, text or "")


@pytest.mark.parametrize(("check", "path", "text"), OFFENCES)
def test_every_check_finds_its_offence(check: tidy.Check, path: str, text: str) -> None:
    """A canary for each check."""
    assert list(check(path, text))


def test_every_check_has_an_offence() -> None:
    """No check without its canary."""
    checks = {*tidy.OF_SOURCE, *tidy.OF_TESTS, *tidy.OF_ALL}
    assert {check for check, _, _ in OFFENCES} == checks


def test_source_is_tidy() -> None:
    """Files, functions and packages under src keep the rules that ruff does not know."""
    assert list(faults(tidy.OF_SOURCE, "src/", ".py")) == []


def test_tests_are_tidy() -> None:
    """Every test states its property, asserts something and always runs."""
    assert list(faults(tidy.OF_TESTS, "tests/", ".py")) == []


def test_files_hold_nothing_foreign() -> None:
    """No file names an index, a path of one machine or work without a number."""
    assert list(faults(tidy.OF_ALL, "", "")) == []


def test_rule_modules_exist() -> None:
    """A check that looks at a file by name looks at a file that is there."""
    named = (*tidy.RULE_MODULES, *tidy.FLOAT_MODULES, *tidy.COMMIT_MODULES)
    assert [name for name in named if not (ROOT / name).is_file()] == []


def project() -> dict[str, object]:
    """The project table of pyproject.toml."""
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return table


def plain(requirement: str) -> str:
    """The name of a requirement without extras and versions, as indexes normalise it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def locked(file: str) -> dict[str, str]:
    """Name -> the block of a lock file that pins it."""
    text = (ROOT / file).read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    return {plain(block): block for block in blocks if "==" in block}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_lock_files_are_complete_and_hashed(file: str) -> None:
    """Each dependency of pyproject.toml is pinned with hashes, and every pin has one."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = list(table["project"]["dependencies"])
    if file == "requirements-dev.txt":
        wanted += table["project"]["optional-dependencies"]["dev"]
        wanted += table["build-system"]["requires"]
    pins = locked(file)
    assert {plain(each) for each in wanted} - set(pins) == set()
    assert [name for name, block in pins.items() if "--hash=sha256:" not in block] == []
    text = (ROOT / file).read_text("utf-8")
    assert set(re.findall(r"--[a-z-]+", text)) == {"--hash"}
    assert "/" not in text


def test_lock_files_agree() -> None:
    """What is tested is what runs."""
    tools = locked("requirements-dev.txt")
    runtime = locked("requirements.txt")
    versions = {name: block.split("==")[1].split()[0] for name, block in runtime.items()}
    assert {name: tools[name].split("==")[1].split()[0] for name in versions} == versions


def test_wheel_holds_everything_that_runs(tmp_path: Path) -> None:
    """`pip install .` alone gives instruments and typing marks too, not only modules."""
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with zipfile.ZipFile(built) as wheel:
        inside = set(wheel.namelist())
    wanted = {name.removeprefix("src/") for name in tracked() if name.startswith("src/")}
    assert wanted - inside == set()


def targets() -> set[str]:
    """Targets of the Makefile that a person may call."""
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    return set(phony[1].split()) if phony else set()


def test_every_target_explains_itself() -> None:
    """`make help` prints all targets from their own comments."""
    text = (ROOT / "Makefile").read_text("utf-8")
    explained = set(re.findall(r"^([a-z0-9-]+):.*## \S", text, re.MULTILINE))
    assert explained == targets()


def test_documents_and_ci_name_targets_that_exist() -> None:
    """Every `make …` of the documents and of CI can be typed."""
    for name in tracked():
        if name.endswith(".md") or name == ".ci/run":
            typed = re.findall(r"(?:^|`)make ([a-z0-9-]+)", text_of(name) or "", re.MULTILINE)
            assert set(typed) <= targets(), name


def test_ci_does_what_the_readme_says() -> None:
    """CI types the two commands of the first screen, and the checks."""
    script = (ROOT / ".ci/run").read_text("utf-8")
    typed = set(re.findall(r"^make ([a-z-]+)\b", script, re.MULTILINE))
    assert {"setup", "check", "test", "demo", "client"} == typed
