"""``serve``: gunicorn, hardened against clients that never finish."""
