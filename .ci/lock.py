"""Write requirements.txt and requirements-dev.txt, hashed, from pyproject.toml.

Run by `make lock`. No address of an index and no path of a machine may stand in the outcome, so
that the files mean the same everywhere; tests/test_tidy.py looks again.
"""

import subprocess
import sys
from pathlib import Path

COMMON = [
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--annotation-style=line",
]
HEADER = "# Locked by `make lock` from pyproject.toml; do not edit. {what}\n"


def compile_one(target: Path, *, what: str, arguments: list[str]) -> None:
    """Compile one file; a failing resolver ends the run with its own message."""
    command = [sys.executable, "-m", "piptools", "compile", *COMMON, *arguments]
    subprocess.run([*command, f"--output-file={target}", "pyproject.toml"], check=True)
    target.write_text(HEADER.format(what=what) + target.read_text("utf-8"), "utf-8")


def main() -> None:
    """Compile the runtime first; the tools then have to fit its versions."""
    runtime = Path("requirements.txt")
    compile_one(runtime, what="What runs.", arguments=[])
    compile_one(
        Path("requirements-dev.txt"),
        what="What runs, tests and checks.",
        arguments=["--extra=dev", f"--constraint={runtime}"],
    )


if __name__ == "__main__":
    main()
