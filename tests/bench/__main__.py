"""`python -m tests.bench [NAME…]`: all benchmarks, or those named; results and docs are written
anew.

`ASN_LEDGER_BENCH_SCALE=0.01` measures a hundredth of everything in a minute and writes nothing.
"""

from __future__ import annotations

import sys
from time import perf_counter

from tests import pg
from tests.bench import machine, report
from tests.bench.benchmarks import Sizes, every
from tests.bench.measuring import Figure

# Benchmarks are about databases that lose nothing when the power fails; tests need not wait for the
# disk.
DURABLE = "-h '' -c max_connections=200 -c timezone=Asia/Makassar"


def main(asked: list[str]) -> int:
    """Measure, print, and keep what was measured at full size; 1 if a target was missed."""
    sizes = Sizes.from_environment()
    benchmarks = every(sizes)
    unknown = [name for name in asked if name not in benchmarks]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are: {', '.join(benchmarks)}.")
        return 2
    about = machine.describe()
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    figures: dict[str, Figure] = {}
    pg.SERVER_OPTIONS = DURABLE
    pg.prepare_folder()
    try:
        for name in asked or benchmarks:
            began = perf_counter()
            print(f"{name} (load {machine.busy()}) …", flush=True)
            busy = machine.busy()
            figure = benchmarks[name](lambda line: print(f"  {line}", flush=True))
            figure.raw["load_before"] = busy
            figures[name] = figure
            print(f"  {figure.work}: {figure.measured}")
            print(f"  to reach: {figure.target}: {'yes' if figure.reached else 'NO'}", end="")
            print(f" ({perf_counter() - began:.0f} s)", flush=True)
    finally:
        pg.remove_folder()
    if sizes.full:
        print(f"kept in {report.save(machine.name(), about, figures)}")
        report.write_page()
    return 0 if all(figure.reached for figure in figures.values()) or not sizes.full else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
