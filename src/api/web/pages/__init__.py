"""The pages, a module a noun: a query, a template, an address."""
