"""Who may add entries: what the recorder makes, the sealer asks for, and what is neither."""
