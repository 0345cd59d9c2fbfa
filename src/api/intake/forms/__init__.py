"""The forms that are recognised, each from foreign columns to the words of a facts file."""
