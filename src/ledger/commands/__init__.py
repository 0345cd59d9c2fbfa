"""What is done in a ledger as a whole: decided purely, appended in one transaction."""
