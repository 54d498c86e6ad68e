"""What the auditor says: what is wrong, with the ids to look at, and which promise it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from parking.queries.auditor.reading import Reader, ident


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation: a plain sentence, and the ids of the rows to look at."""

    problem: str
    ids: Mapping[str, str]


Question = Callable[[Reader], Iterator[Finding]]
"""One look at the data; it yields whatever should not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise of DESIGN section 5, and the questions that show whether it is kept."""

    number: str
    says: str
    questions: Sequence[Question] = ()
    not_seen: str = ""
    """What of it the data cannot show today. Without any question: why it is not checked at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one promise: every violation is counted, the first are shown."""

    promise: Promise
    violations: int
    shown: Sequence[Finding] = ()
    rows_read: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The verdicts on all promises that were asked about, and those that nobody can see in the data."""

    verdicts: Sequence[Verdict]
    not_checked: Sequence[Promise] = field(default=())

    @property
    def violations(self) -> int:
        return sum(verdict.violations for verdict in self.verdicts)

    @property
    def violated(self) -> list[str]:
        return [verdict.promise.number for verdict in self.verdicts if verdict.violations]

    @property
    def summary(self) -> str:
        """One line: ``"Auditor: 20 promises checked, 0 violations"``."""
        line = f"Auditor: {_many(len(self.verdicts), 'promise')} checked, {_many(self.violations, 'violation')}"
        return f"{line} of {', '.join(self.violated)}" if self.violated else line


def each_row(*, problem: str, ids: Sequence[str], sql: str) -> Question:
    """Every row that `sql` finds is a violation; its columns are the ids by these names."""

    def ask(read: Reader) -> Iterator[Finding]:
        for row in read(sql):
            yield Finding(problem=problem, ids=name_ids(names=ids, values=row))

    return ask


def name_ids(*, names: Sequence[str], values: Sequence[object]) -> dict[str, str]:
    return {name: ident(value) for name, value in zip(names, values, strict=True) if value is not None}


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
