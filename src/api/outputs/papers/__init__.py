"""Documents on paper and their twins as tables, made of the objects that JSON answers are."""
