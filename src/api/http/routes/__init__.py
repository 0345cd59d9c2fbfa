"""One router a noun, under /api/v1."""
