"""Transactions, locks, guards, and the translation of failed constraints: the only place that opens a transaction."""
