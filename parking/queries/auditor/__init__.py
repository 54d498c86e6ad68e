"""The auditor: whether the stored data keeps every promise of DESIGN section 5. It reads and never writes."""

from parking.queries.auditor.audit import SHOWN, audit
from parking.queries.auditor.findings import AuditReport, Finding, Promise, Verdict
from parking.queries.auditor.promises import PROMISES

__all__ = ["PROMISES", "SHOWN", "AuditReport", "Finding", "Promise", "Verdict", "audit"]
