"""What one definition says otherwise than the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place of a definition, such as ``rates[0].bands[1].adds``; None where there was, or is, nothing."""

    path: str
    before: Any
    after: Any


def changes_between(*, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The places at which two definitions differ, each as deep as it goes, in the order of the paths."""
    old, new = dict(_leaves(value=before, path="")), dict(_leaves(value=after, path=""))
    return tuple(
        Change(path=path, before=old.get(path), after=new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def _leaves(*, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """An empty list or object is a leaf: it says something too."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(value=inner, path=f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _leaves(value=inner, path=f"{path}[{number}]")
    else:
        yield path, value
