"""The threads of a serving process; it knows nobody, others register."""
