"""The keys of a ledger and of each of its streams, and what is sealed under them."""
