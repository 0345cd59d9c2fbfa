"""Ask a served demo with the client that `make client` generated, given its interpreter:
`python -m tests.http.with_client PYTHON`.

It signs in as the demo's auditor, finds a person and asks for his score, with the generated
functions and models alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2

from tests.http.conftest import QUASHED
from tests.http.serving import command, serving

ASK = """
import sys
from datetime import date
from asn_performance_ledger_client import Client
from asn_performance_ledger_client.api.people import find_number_api_v1_people_search_post as find
from asn_performance_ledger_client.api.scores import (
    person_score_api_v1_people_pid_score_get as score,
)
from asn_performance_ledger_client.models import Number, ReadingPurpose

address, cookie, nip = sys.argv[1:]
name, value = cookie.split("=", 1)
client = Client(base_url=address, cookies={name: value}, headers={"Origin": address})
why = ReadingPurpose.AUDIT
pid = find.sync(client=client, body=Number(nip=nip), purpose=why).people[0].id
told = score.sync(
    pid, client=client, instrument="ip-asn", as_of=date(2022, 12, 31), purpose=why
)
print(told.total, told.band, told.digest)
"""


def signed_in(address: str, account: str) -> str:
    """The cookie of a demo account's session."""
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    entry = httpx2.post(f"{address}/masuk/demo", data={"akun": account}, headers=headers)
    return str(entry.headers["set-cookie"]).split(";", 1)[0]


def main() -> None:
    """Found, serve, ask; fails loudly where the client does not work."""
    with tempfile.TemporaryDirectory(prefix="asn-ledger-client-") as name:
        folder = Path(name)
        url, keys = f"sqlite:///{folder}/demo.sqlite3", folder / "keys"
        made = command("demo", "--size", "small", "--ledger", url, "--keys", str(keys))
        if made.returncode:
            raise SystemExit(made.stderr)
        with serving(url, keys, folder) as server:
            cookie = signed_in(server.address, "demo-auditor")
            asked = [sys.argv[1], "-c", ASK, server.address, cookie, QUASHED]
            answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode or not answer.stdout.startswith("72.5 SEDANG sha256:"):
        raise SystemExit(f"The generated client does not work.\n{answer.stdout}{answer.stderr}")
    print(f"The generated client answers: {answer.stdout.strip()}")


if __name__ == "__main__":
    main()
