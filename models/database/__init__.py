"""The database as such: engines by purpose, column types, an end to every wait. Knows no table."""
