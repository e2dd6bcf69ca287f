"""The settings, from ``GATEHOUSE_*`` variables."""
