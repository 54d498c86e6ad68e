"""The rules, as pure functions and frozen data: no Django, no clock, no randomness, no I/O."""
