"""Money that cannot be lost: our rows against the books of a provider that is a process of its own."""
