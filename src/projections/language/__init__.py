"""The instrument language: a YAML text -> one checked plan, or everything that is wrong with it."""
