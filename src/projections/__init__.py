"""What the facts mean: instruments, people and units, on a given day, as known on a given day."""
