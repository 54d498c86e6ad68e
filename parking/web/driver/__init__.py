"""The driver's pages: no account, a phone in one hand."""
