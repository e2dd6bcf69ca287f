"""What follows the seal: each sealed entry, once and in order, leads to a line, a letter, a call."""
