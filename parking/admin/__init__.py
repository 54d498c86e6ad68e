"""Django's admin for operators. Money, scans and the audit trail are read-only; actions call services."""
