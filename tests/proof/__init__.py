"""Attacks on the record by whoever can write to the database, against a site that goes on meanwhile."""
