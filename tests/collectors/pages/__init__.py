"""Tests of the pages that say how we found out."""
