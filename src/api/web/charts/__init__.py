"""Charts as SVG, drawn on the server: numbers in, markup out."""
