"""What makes the database itself refuse to change what was recorded.

SQLite has no rights, so triggers do it: UPDATE and DELETE, and before each INSERT a check, because
INSERT OR REPLACE removes the row in its way without a DELETE trigger (recursive_triggers is a
setting of each connection). PostgreSQL has rights (`postgres_backend`), and these triggers besides,
for a login that owns the tables. Whoever owns file or tables can drop a trigger; then the proofs
show what was done.

Deleting sealed rows is the one permitted deletion. It needs a row in `erasures`, which in turn
needs an event `employee.erased/…` in the log, of that stream, at the position it names. So a stray
DELETE is refused, and nothing sealed disappears without an event that says so. A row in `erasures`
stays: sealed parts of an erased person may be deleted again, for instance after a restored backup.
"""

from __future__ import annotations

ERASURE_TOPICS = "employee.erased/%"

# SQLSTATE of our own triggers on PostgreSQL: class "AL" is used by neither the standard nor
# PostgreSQL.
REFUSED_SQLSTATE = "AL001"

_WHY = "asn-ledger: what was recorded is never changed, removed or replaced"


def _sql(statement: str) -> str:
    """Put this file's constants into a statement."""
    return (
        statement.replace("$topics", f"'{ERASURE_TOPICS}'")
        .replace("$refused", f"'{REFUSED_SQLSTATE}'")
        .replace("$why", f"'{_WHY}'")
    )


def _sqlite_refuse(table: str, action: str, condition: str = "") -> str:
    when = f" WHEN {condition}" if condition else ""
    name = f"{table}_{action.lower()}_refused"
    return _sql(
        f"CREATE TRIGGER {name} BEFORE {action} ON {table}{when}"
        " BEGIN SELECT RAISE(ABORT, $why); END"
    )


SQLITE_GUARDS = (
    *(
        _sqlite_refuse(table, action)
        for table in ("events", "requests", "erasures", "ledger_format")
        for action in ("UPDATE", "DELETE")
    ),
    _sqlite_refuse(
        "events",
        "INSERT",
        "NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)"
        " OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)",
    ),
    _sqlite_refuse(
        "requests",
        "INSERT",
        "EXISTS (SELECT 1 FROM requests WHERE actor = NEW.actor AND key = NEW.key)",
    ),
    _sqlite_refuse(
        "sealed",
        "INSERT",
        "EXISTS (SELECT 1 FROM sealed WHERE position = NEW.position AND key_class = NEW.key_class)",
    ),
    _sqlite_refuse("sealed", "UPDATE"),
    _sqlite_refuse(
        "sealed",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM events JOIN erasures ON erasures.stream = events.stream"
        " WHERE events.position = OLD.position)",
    ),
    _sqlite_refuse(
        "erasures",
        "INSERT",
        "EXISTS (SELECT 1 FROM erasures WHERE stream = NEW.stream)"
        " OR NOT EXISTS (SELECT 1 FROM events WHERE position = NEW.position"
        " AND stream = NEW.stream AND topic LIKE $topics)",
    ),
    _sqlite_refuse("ledger_format", "INSERT", "EXISTS (SELECT 1 FROM ledger_format)"),
    _sqlite_refuse("heads", "INSERT", "EXISTS (SELECT 1 FROM heads)"),
    _sqlite_refuse("heads", "DELETE"),
    _sqlite_refuse(
        "heads",
        "UPDATE",
        "NEW.name <> OLD.name OR NEW.position < OLD.position"
        " OR coalesce(NEW.recorded_at, '') < coalesce(OLD.recorded_at, '')"
        " OR NEW.position IS NOT (SELECT coalesce(max(position), 0) FROM events)",
    ),
)


def _postgres_refuse(table: str, actions: str) -> str:
    return (
        f"CREATE TRIGGER {table}_refused BEFORE {actions} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


# What was signed stays as it was signed; tiles are derived from the leaves and may be deleted.
_KEPT = {
    "checkpoints": "SELECT 1 FROM checkpoints WHERE size = NEW.size",
    "cosignatures": "SELECT 1 FROM cosignatures"
    " WHERE size = NEW.size AND name = NEW.name AND key_id = NEW.key_id",
    "timestamps": "SELECT 1 FROM timestamps WHERE size = NEW.size AND digest = NEW.digest",
}

SQLITE_PROOF_GUARDS = (
    *(_sqlite_refuse(table, action) for table in _KEPT for action in ("UPDATE", "DELETE")),
    *(_sqlite_refuse(table, "INSERT", f"EXISTS ({there})") for table, there in _KEPT.items()),
    _sqlite_refuse("tiles", "UPDATE"),
)

# The access log (`access.access_store`) lies in a file or schema of its own, under the same rules.
SQLITE_ACCESS_GUARDS = (
    *(_sqlite_refuse("access", action) for action in ("UPDATE", "DELETE")),
    _sqlite_refuse(
        "access", "INSERT", "NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM access)"
    ),
    _sqlite_refuse("access_head", "INSERT", "EXISTS (SELECT 1 FROM access_head)"),
    _sqlite_refuse("access_head", "DELETE"),
    _sqlite_refuse(
        "access_head",
        "UPDATE",
        "NEW.name <> OLD.name OR NEW.number < OLD.number"
        " OR NEW.number IS NOT (SELECT coalesce(max(number), 0) FROM access)",
    ),
)

# `SET search_path FROM CURRENT` pins each function to the ledger's own schema.
_POSTGRES_GUARDS = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = $refused, MESSAGE = $why;
    END $$
    """,
    """
    CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        IF NEW.name <> OLD.name OR NEW.position < OLD.position
           OR NEW.recorded_at IS NULL OR NEW.recorded_at < OLD.recorded_at THEN
            RAISE EXCEPTION USING ERRCODE = $refused, MESSAGE = $why;
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION refuse_unordered_erasure() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM gone LEFT JOIN events ON events.position = gone.position
            LEFT JOIN erasures ON erasures.stream = events.stream WHERE erasures.stream IS NULL
        ) THEN
            RAISE EXCEPTION USING ERRCODE = $refused, MESSAGE = $why;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION erase_sealed(erased uuid, ordered_at bigint) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        deleted bigint;
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM events WHERE position = ordered_at AND stream = erased
            AND topic LIKE $topics
        ) THEN
            RAISE EXCEPTION USING ERRCODE = $refused, MESSAGE = $why;
        END IF;
        INSERT INTO erasures VALUES (erased, ordered_at) ON CONFLICT DO NOTHING;
        DELETE FROM sealed USING events
        WHERE events.stream = erased AND sealed.position = events.position;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
    END $$
    """,
    "REVOKE ALL ON FUNCTION erase_sealed(uuid, bigint) FROM PUBLIC",
    _postgres_refuse("events", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres_refuse("requests", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres_refuse("erasures", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres_refuse("ledger_format", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres_refuse("sealed", "UPDATE OR TRUNCATE"),
    _postgres_refuse("heads", "DELETE OR TRUNCATE"),
    """
    CREATE TRIGGER heads_forward BEFORE UPDATE ON heads
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back()
    """,
    """
    CREATE TRIGGER sealed_erasure AFTER DELETE ON sealed REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unordered_erasure()
    """,
)

POSTGRES_GUARDS = tuple(map(_sql, _POSTGRES_GUARDS))
POSTGRES_PROOF_GUARDS = tuple(
    _postgres_refuse(table, "UPDATE OR DELETE OR TRUNCATE") for table in _KEPT
)

_POSTGRES_ACCESS_GUARDS = (
    _POSTGRES_GUARDS[0],
    """
    CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        IF NEW.name <> OLD.name OR NEW.number < OLD.number THEN
            RAISE EXCEPTION USING ERRCODE = $refused, MESSAGE = $why;
        END IF;
        RETURN NEW;
    END $$
    """,
    _postgres_refuse("access", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres_refuse("access_head", "DELETE OR TRUNCATE"),
    """
    CREATE TRIGGER access_head_forward BEFORE UPDATE ON access_head
    FOR EACH ROW EXECUTE FUNCTION refuse_forgetting()
    """,
)
POSTGRES_ACCESS_GUARDS = tuple(map(_sql, _POSTGRES_ACCESS_GUARDS))

# What the application's role may do; everything else it may not, because nobody granted it.
POSTGRES_GRANTS = (
    "GRANT SELECT, INSERT ON events, sealed, requests TO {role}",
    "GRANT SELECT ON erasures, ledger_format TO {role}",
    "GRANT SELECT, UPDATE (position, recorded_at, frontier) ON heads TO {role}",
    "GRANT EXECUTE ON FUNCTION erase_sealed(uuid, bigint) TO {role}",
)
POSTGRES_PROOF_GRANTS = (
    "GRANT SELECT, INSERT ON checkpoints, cosignatures, timestamps TO {role}",
    "GRANT SELECT, INSERT, DELETE ON tiles TO {role}",
)
POSTGRES_ACCESS_GRANTS = (
    "GRANT SELECT, INSERT ON access TO {role}",
    "GRANT SELECT, UPDATE (number, link) ON access_head TO {role}",
)
