"""Letters: which entries lead to one, to whom, and how it leaves the house."""
