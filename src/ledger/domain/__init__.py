"""People, units, cases, disputes, decisions: state from events, and what may be stated. Pure."""
