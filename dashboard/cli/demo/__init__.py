"""``demo`` and ``simulate``: a site with a past, and people who arrive."""
