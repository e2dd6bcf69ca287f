"""The panel, the live feed and the stream of sealed entries."""
