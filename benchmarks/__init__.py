"""How fast it is, beside how fast it could be and how fast the plain way would be: docs/benchmarks.md."""
