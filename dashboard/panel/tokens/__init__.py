"""API tokens: made, listed and revoked by admins."""
