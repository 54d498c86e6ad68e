"""Recorded stays driven through the use cases as if each car came now, in a database of their own."""
