"""A receipt as the API's answer."""

from __future__ import annotations

from parking.api import render
from parking.api import response_schemas as answers
from parking.domain.money import format_amount
from parking.domain.tax import percentage
from parking.domain.times import format_time
from parking.queries.receipts import ChargeLine, ReceiptDetails, RefundLine


def receipt(*, details: ReceiptDetails) -> answers.ReceiptAnswer:
    def money(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=details.currency)

    return answers.ReceiptAnswer(
        receipt_number=details.number,
        issued_at=format_time(moment=details.issued_at),
        as_of=format_time(moment=details.as_of),
        issuer_name=details.issuer_name,
        site_name=details.site_name,
        booking_id=str(details.booking_id),
        vehicle_number=details.vehicle_number,
        zone_name=details.zone_name,
        hours=details.hours,
        starts_at=format_time(moment=details.starts_at),
        ends_at=format_time(moment=details.ends_at),
        entry_time=format_time(moment=details.entry_time) if details.entry_time else None,
        exit_time=format_time(moment=details.exit_time) if details.exit_time else None,
        charges=[_charge(line=line, currency=details.currency) for line in details.charges],
        refunds=[_refund(line=line, currency=details.currency) for line in details.refunds],
        adjustments=render.adjustments(lines=details.adjustments, currency=details.currency),
        captured_amount=money(details.captured_minor),
        refunded_amount=money(details.refunded_minor),
        net_amount=money(details.kept.net_minor),
        tax_percentage=percentage(basis_points=details.tax_basis_points),
        tax_amount=money(details.kept.tax_minor),
        gross_amount=money(details.kept.gross_minor),
        currency=details.currency,
    )


def _charge(*, line: ChargeLine, currency: str) -> answers.ReceiptCharge:
    return answers.ReceiptCharge(
        kind=line.kind,
        method=line.method,
        time=format_time(moment=line.at),
        amount=format_amount(amount_minor=line.amount_minor, currency=currency),
        status=line.status,
        reference=line.reference,
    )


def _refund(*, line: RefundLine, currency: str) -> answers.ReceiptRefund:
    return answers.ReceiptRefund(
        kind=line.kind,
        time=format_time(moment=line.at),
        processed_at=format_time(moment=line.processed_at) if line.processed_at else None,
        amount=format_amount(amount_minor=line.amount_minor, currency=currency),
        status=line.status,
        reference=line.reference,
    )
