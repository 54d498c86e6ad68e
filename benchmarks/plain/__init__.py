"""The same operations as one would write them first: the yardstick of what the design of the hot paths is worth."""
