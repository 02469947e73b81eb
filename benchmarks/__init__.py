"""Speed and memory, measured; `make bench` runs them all."""
