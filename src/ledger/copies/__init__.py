"""A ledger or a part of it in one file: backups and audit bundles."""
