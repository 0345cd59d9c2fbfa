"""What the ledger says in public of what it holds, the proofs of it, and who remembers it."""
