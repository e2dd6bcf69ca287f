"""The query language of the book: parsed, compiled, paged. No HTTP in here."""
