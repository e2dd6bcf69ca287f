"""What exports keep."""
