"""One file for each command; each has `run`, which returns the exit status."""
