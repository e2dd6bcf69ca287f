"""What proves the log, and what may take from it: prune, address purge, erase."""
