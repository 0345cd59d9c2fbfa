"""The ledger over HTTP: sign-in, rights, questions, commands and proofs (ADR 0028)."""
