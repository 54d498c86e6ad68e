"""How fast the database alone does the same reads and writes: the yardstick of how much of it reaches the client."""
