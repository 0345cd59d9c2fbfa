"""Founding the demo: the invented rows imported month by month, and what offices did meanwhile."""
