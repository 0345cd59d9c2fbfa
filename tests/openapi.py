"""The description of the API, kept in the repository so that no change of it goes unseen.

`python -m tests.openapi` writes docs/openapi.json anew; tests/http/test_description.py compares.
"""

import json
from pathlib import Path
from typing import Any

from api.http.app import routed

FILE = Path(__file__).parents[1] / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """The document as the server gives it."""
    app = routed()
    found: dict[str, Any] = app.openapi()
    return found


def text() -> str:
    """As it stands in the file: sorted, so that a difference is read easily."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
