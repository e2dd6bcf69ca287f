"""Webhooks: each entry that an endpoint asked for, as a signed request (Standard Webhooks 1.0.0)."""
