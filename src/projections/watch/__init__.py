"""Early warnings: their rules as data, which of them speak, and of whom."""
