"""What is counted and timed where it happens, for whoever shows it."""
