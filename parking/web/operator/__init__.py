"""The operator's pages: the garage at a glance."""
