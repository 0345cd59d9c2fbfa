"""The asn-ledger command."""
