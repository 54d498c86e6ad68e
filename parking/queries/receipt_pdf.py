"""A receipt as a PDF page, for a person: in the site's time, with the currency's sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

import parking
from parking.domain.money import currency_exponent
from parking.domain.tax import percentage
from parking.queries.receipts import ChargeLine, ReceiptDetails, RefundLine

_FONTS: Final = Path(parking.__file__).parent / "static" / "parking" / "fonts"
_FONT: Final = "DejaVu"  # the core fonts of PDF have no rupee sign
_LOCALE: Final = "en_IN"
_GREY: Final = 110
_LINE_MM: Final = 5.5
_LABEL_MM: Final = 42
_AMOUNT_MM: Final = 38
_HEADINGS: Final = ("What", "When", "Status", "Reference", "Amount")
_COLUMNS: Final = (40, 44, 26, 48, 32)


def receipt_pdf(*, receipt: ReceiptDetails) -> bytes:
    """One receipt, on as many pages as its lines need."""
    page = _Page(receipt=receipt)
    page.head()
    page.stay()
    page.lines(title="Payments", rows=[page.charge_row(line=line) for line in receipt.charges])
    if receipt.refunds:
        page.lines(title="Refunds", rows=[page.refund_row(line=line) for line in receipt.refunds])
    page.totals()
    page.foot()
    return bytes(page.pdf.output())


class _Page:
    """The receipt from top to bottom; each method writes the next part."""

    def __init__(self, *, receipt: ReceiptDetails) -> None:
        self.receipt = receipt
        self.pdf = _new_pdf(receipt=receipt)

    def head(self) -> None:
        receipt = self.receipt
        self._write(receipt.issuer_name, size=15, style="B")
        if receipt.site_name != receipt.issuer_name:
            self._write(receipt.site_name, size=10)
        self.pdf.ln(6)
        self._write(f"Receipt no. {receipt.number}", size=13, style="B")
        self._write(f"Issued {self._time(receipt.issued_at)}", size=9, grey=_GREY)
        self.pdf.ln(4)

    def stay(self) -> None:
        receipt = self.receipt
        hours = "1 hour" if receipt.hours == 1 else f"{receipt.hours} hours"
        self._fact("Booking", str(receipt.booking_id))
        self._fact("Vehicle", receipt.vehicle_number)
        self._fact("Zone", receipt.zone_name)
        self._fact("Booked", f"{hours} from {self._time(receipt.starts_at)}")
        self._fact("Entry", self._time(receipt.entry_time))
        self._fact("Exit", self._time(receipt.exit_time))

    def lines(self, *, title: str, rows: Sequence[tuple[str, ...]]) -> None:
        self.pdf.ln(6)
        self._write(title, size=11, style="B")
        self.pdf.ln(1)
        self.pdf.set_font(size=8)
        with self.pdf.table(
            rows=[_HEADINGS, *rows],
            col_widths=_COLUMNS,
            width=sum(_COLUMNS),
            line_height=_LINE_MM,
            text_align=("LEFT", "LEFT", "LEFT", "LEFT", "RIGHT"),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=(238, 238, 238)),
            cell_fill_mode=TableCellFillMode.NONE,
        ):
            pass

    def totals(self) -> None:
        receipt = self.receipt
        self.pdf.ln(7)
        self._total("Paid", receipt.captured_minor)
        self._total("Refunded", -receipt.refunded_minor)
        self.pdf.ln(2)
        self._total("Net", receipt.kept.net_minor)
        self._total(f"Tax, {percentage(basis_points=receipt.tax_basis_points)} %", receipt.kept.tax_minor)
        self._total("Total, tax included", receipt.kept.gross_minor, style="B")

    def foot(self) -> None:
        self.pdf.ln(8)
        text = f"Payments and refunds as of {self._time(self.receipt.as_of)}."
        if any(refund.processed_at is None for refund in self.receipt.refunds):
            text += " Pending refunds are counted; failed ones are not, and are tried again."
        self._write(text, size=8, grey=_GREY)

    def charge_row(self, *, line: ChargeLine) -> tuple[str, ...]:
        what = f"{_words(line.kind)} ({line.method if line.method == 'UPI' else _words(line.method).lower()})"
        return what, self._time(line.at), _words(line.status), line.reference, self._money(line.amount_minor)

    def refund_row(self, *, line: RefundLine) -> tuple[str, ...]:
        when = self._time(line.processed_at or line.at)
        return _words(line.kind), when, _words(line.status), line.reference, self._money(-line.amount_minor)

    def _fact(self, label: str, value: str) -> None:
        self._cell(label, width=_LABEL_MM, grey=_GREY)
        self.pdf.set_text_color(0)
        self.pdf.multi_cell(0, _LINE_MM, value, new_x="LMARGIN", new_y="NEXT")

    def _total(self, label: str, amount_minor: int, *, style: str = "") -> None:
        self.pdf.set_font(style=style, size=10)
        self.pdf.set_x(self.pdf.l_margin + sum(_COLUMNS) - _AMOUNT_MM - 60)
        self.pdf.cell(60, _LINE_MM + 0.5, label)
        self.pdf.cell(_AMOUNT_MM, _LINE_MM + 0.5, self._money(amount_minor), align="R", new_x="LMARGIN", new_y="NEXT")

    def _cell(self, text: str, *, width: float, grey: int) -> None:
        self.pdf.set_font(style="", size=9)
        self.pdf.set_text_color(grey)
        self.pdf.cell(width, _LINE_MM, text)

    def _write(self, text: str, *, size: float, style: str = "", grey: int = 0) -> None:
        self.pdf.set_font(style=style, size=size)
        self.pdf.set_text_color(grey)
        self.pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_text_color(0)

    def _money(self, amount_minor: int) -> str:
        amount = Decimal(amount_minor).scaleb(-currency_exponent(currency=self.receipt.currency))
        return format_currency(amount, self.receipt.currency, locale=_LOCALE)

    def _time(self, moment: datetime | None) -> str:
        if moment is None:
            return "\N{EN DASH}"
        return f"{moment.astimezone(ZoneInfo(self.receipt.time_zone)):%d %b %Y, %H:%M %Z}"


def _new_pdf(*, receipt: ReceiptDetails) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_margin(10)
    pdf.add_font(_FONT, "", _FONTS / "DejaVuSans.ttf")
    pdf.add_font(_FONT, "B", _FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_font(_FONT)
    pdf.set_title(f"Receipt {receipt.number}")
    pdf.set_author(receipt.issuer_name)
    pdf.set_creation_date(receipt.as_of)
    pdf.set_lang("en")
    pdf.add_page()
    return pdf


def _words(state: str) -> str:
    return state.replace("_", " ").capitalize()
