"""How people and files come in and go out: command line, imports, outputs."""
