"""How the project is configured and served; the parking system itself is in `parking`."""
