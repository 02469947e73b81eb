"""The parts of a carried configuration: how each is written, and how one entry of it is taken (see config/carry.py)."""
