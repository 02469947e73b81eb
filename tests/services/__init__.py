"""Tests with a real worker over a real broker."""
