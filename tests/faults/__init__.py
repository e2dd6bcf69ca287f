"""Things that go wrong, on real processes."""
