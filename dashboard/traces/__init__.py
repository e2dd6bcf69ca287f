"""Request traces: how long requests took, what they showed and which errors they met, by Flask's signals."""
