"""The access log: who looked at whose record, and why."""
