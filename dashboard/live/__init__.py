"""The live feed: handshake before the upgrade, namespace, head announcement."""
