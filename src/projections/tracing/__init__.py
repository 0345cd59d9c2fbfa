"""The plan for one subject, in exact decimals, with every step and its article."""
