"""Tables and amounts as the commands print them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Final

from rich.console import Console
from rich.table import Table

from parking.domain.money import format_amount

WIDTH: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Minor units of one currency in words."""

    currency: str

    def plain(self, amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=self.currency)

    def grouped(self, amount_minor: int) -> str:
        return f"{Decimal(self.plain(amount_minor)):,}"

    def short(self, amount_minor: int) -> str:
        """Round amounts without their zeros: 100, not 100.00."""
        text = self.grouped(amount_minor)
        whole, _, fraction = text.partition(".")
        return text if fraction.strip("0") else whole

    def signed(self, amount_minor: int) -> str:
        return f"{Decimal(self.plain(amount_minor)):+,}" if amount_minor else self.plain(0)


def text_of(table: Table) -> str:
    """The table without markup (what stands in brackets in a file is text), without blanks at the ends of lines."""
    console = Console(file=StringIO(), highlight=False, markup=False, width=WIDTH)
    with console.capture() as text:
        console.print(table)
    return "\n".join(line.rstrip() for line in text.get().splitlines()).strip("\n")
