"""The read side. Nothing here writes or locks."""
