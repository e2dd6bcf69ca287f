"""Syslog: each entry as a message of RFC 5424, over UDP, TCP or TLS."""
