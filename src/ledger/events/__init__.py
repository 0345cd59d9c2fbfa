"""Every event class, one file a subject, and the registry that reads and writes them."""
