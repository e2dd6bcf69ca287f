"""A plausible history: people, places, the hours of a week, and what happens in them."""
