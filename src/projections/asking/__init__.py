"""Questions to a ledger: which text is in force, who is asked about, and the answers."""
