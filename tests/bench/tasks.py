"""What the runner measures in a Python of its own: `python -m tests.bench.tasks NAME '{"…": …}'`.

The result is the last line of standard output, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.bench import (
    import_tasks,
    population_tasks,
    proof_tasks,
    score_tasks,
    unit_tasks,
    verify_tasks,
    why_tasks,
    writer_tasks,
)

TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "import ours": import_tasks.ours,
    "import stock": import_tasks.stock,
    "import unchecked": import_tasks.unchecked,
    "import bare": import_tasks.bare,
    "writers ours": writer_tasks.ours,
    "writers stock": writer_tasks.stock,
    "population ours": population_tasks.ours,
    "population stock": population_tasks.stock,
    "score": score_tasks.one,
    "units": unit_tasks.ours,
    "append hashed": proof_tasks.hashed,
    "append unhashed": proof_tasks.unhashed,
    "proofs": proof_tasks.on_a_long_log,
    "verify make": verify_tasks.make,
    "verify": verify_tasks.verified,
    "unit months": why_tasks.unit_months,
    "everybody differs": why_tasks.everybody_differs,
    "history": why_tasks.one_history,
    "instruments": why_tasks.instruments,
}


def main() -> None:
    """Run one task and print what it gives."""
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(TASKS[name](**arguments)))


if __name__ == "__main__":
    main()
