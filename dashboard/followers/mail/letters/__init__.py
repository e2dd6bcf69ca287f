"""One file a letter: which entry leads to it, and what it says."""
