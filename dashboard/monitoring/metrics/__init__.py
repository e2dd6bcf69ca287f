"""``/metrics``: what is counted, sampled and read of the running site, for Prometheus."""
