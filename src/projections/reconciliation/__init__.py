"""Printed results beside ours: which measures differ, and which single change gives theirs."""
