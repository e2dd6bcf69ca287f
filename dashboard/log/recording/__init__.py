"""What the recorder adds to an entry, and what is recorded by the way."""
