"""The text log: a line for each sign-in, in a file."""
