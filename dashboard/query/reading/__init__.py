"""A page of the log, however long the log is: plan, range scan, keyset."""
