"""Discipline cases: their procedures and clocks, what is out of order, what follows for scores."""
