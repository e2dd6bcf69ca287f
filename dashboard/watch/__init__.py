"""Counts what signals do: how often each is sent, what its receivers take, how often they fail."""
