"""The auth pages: HTTP in, HTTP out."""
