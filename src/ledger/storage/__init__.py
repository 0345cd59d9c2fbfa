"""The event store: one append-only log on SQLite or PostgreSQL."""
