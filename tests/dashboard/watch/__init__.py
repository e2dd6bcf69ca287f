"""Tests of dashboard/watch."""
