"""The attendant's pages: a phone as a scanner."""
