"""docs/http.md walks an auditor, an analyst and a panel through curl: every line of it runs."""

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

from tests.http.serving import command, serving

PAGE = Path(__file__).parents[2] / "docs" / "http.md"
BLOCK = re.compile(r"<!-- curl -->\n```console\n(.*?)```", re.DOTALL)
MARK = "== next =="


def lines() -> list[tuple[str, list[str]]]:
    """Each command of the page with the output that stands below it."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def fits(said: list[str], shown: list[str]) -> bool:
    """Whether an output is the one shown; a line of three dots stands for any lines, others may
    hold stars.
    """
    if "…" not in shown:
        return len(said) == len(shown) and all(map(fnmatchcase, said, shown))
    place = shown.index("…")
    return fits(said[:place], shown[:place])


def test_the_walk_is_true(tmp_path: Path) -> None:
    """One shell runs the whole page against a served demo, and sees what the page shows."""
    url, keys = f"sqlite:///{tmp_path / 'demo.sqlite3'}", tmp_path / "keys"
    made = command("demo", "--size", "small", "--ledger", url, "--keys", str(keys))
    assert made.returncode == 0, made.stderr
    script = "".join(f"{line}\necho; echo '{MARK}'\n" for line, _ in lines())
    with serving(url, keys, tmp_path) as server:
        ran = subprocess.run(
            ["bash", "-c", f"SITE={server.address}\n{script}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    said = [part.strip("\n").splitlines() for part in ran.stdout.split(MARK)[:-1]]
    wrong = [
        (line, shown, seen)
        for (line, shown), seen in zip(lines(), said, strict=True)
        if not fits(seen, shown)
    ]
    assert wrong == [], ran.stderr
