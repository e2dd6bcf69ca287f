"""Side-by-side measurements; each file answers one question and prints a table."""
