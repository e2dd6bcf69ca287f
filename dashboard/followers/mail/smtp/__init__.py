"""Hands letters to a mail server, in bounded time, whatever it answers."""
