"""Foreign files -> facts: the only place that knows foreign column names."""
