"""Forgeries of the access log, which lies in a database of its own."""

from __future__ import annotations

from tests.tamper.forger import Forger

COMMITTED = 8  # looks that the last checkpoint of the place covers; two more follow
WHOLE = 10


def change(forger: Forger) -> None:
    with forger.forging_looks() as log:
        log.run("UPDATE access SET reader = ? WHERE number = ?", "acc-2", 3)


def drop_middle(forger: Forger) -> None:
    """Without renumbering; what is left is also fewer than were committed to."""
    with forger.forging_looks() as log:
        log.run("DELETE FROM access WHERE number IN (3, 4, 5)")


def add_false(forger: Forger) -> None:
    with forger.forging_looks() as log:
        log.run(
            "INSERT INTO access SELECT number + 1, at, 'acc-3', purpose, kind, subject, question,"
            " salt, link FROM access WHERE number = ?",
            WHOLE,
        )


def cut_committed(forger: Forger) -> None:
    with forger.forging_looks() as log:
        log.run("DELETE FROM access WHERE number >= ?", COMMITTED)
        log.mend_looks(chain=False)


def rewrite(forger: Forger) -> None:
    with forger.forging_looks() as log:
        log.run("UPDATE access SET reader = ? WHERE number = ?", "acc-2", 3)
        log.mend_looks(chain=True)


def remove(forger: Forger) -> None:
    if forger.sqlite:
        for path in forger.place.looks.parent.glob(f"{forger.place.looks.name}*"):
            path.unlink()
        return
    with forger.forging_looks() as log:
        log.run("DROP TABLE access, access_head")


def remove_guards(forger: Forger) -> None:
    with forger.forging_looks(guards_back=False):
        pass


def cut_tail(forger: Forger) -> None:
    with forger.forging_looks() as log:
        log.run("DELETE FROM access WHERE number > ?", COMMITTED)
        log.mend_looks(chain=False)
