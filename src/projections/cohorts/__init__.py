"""The plan for everybody at once, over columns, to the same last digit as for one."""
