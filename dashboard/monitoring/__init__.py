"""What is wrong right now, and how monitoring is told."""
