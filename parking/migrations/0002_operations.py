import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import parking.domain.states


class Migration(migrations.Migration):
    dependencies = [
        ("parking", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LOST_TICKET", "Lost ticket"),
                            ("WAIVER", "Waiver"),
                            ("GOODWILL", "Goodwill"),
                            ("OPENED_BY_HAND", "Opened by hand"),
                            ("VALIDATION", "Validation"),
                            ("PERMIT", "Permit"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("PROPOSED", "Proposed"), ("APPROVED", "Approved"), ("REJECTED", "Rejected")],
                        default=parking.domain.states.AdjustmentStatus["PROPOSED"],
                        max_length=8,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(max_length=200)),
                ("needs_second", models.BooleanField(default=False)),
                ("proposed_by", models.CharField(max_length=100)),
                ("decided_by", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CashierShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("opening_float_minor", models.BigIntegerField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("expected_minor", models.BigIntegerField(blank=True, null=True)),
                ("counted_minor", models.BigIntegerField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="DiscountCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("TIME", "Time"), ("AMOUNT", "Amount"), ("PERCENT", "Percent")], max_length=7
                    ),
                ),
                ("value", models.BigIntegerField()),
                ("at_most_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("budget_minor", models.BigIntegerField(blank=True, null=True)),
                ("max_uses", models.PositiveIntegerField(blank=True, null=True)),
                ("uses", models.PositiveIntegerField(default=0)),
                ("spent_minor", models.BigIntegerField(default=0)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ManualOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(choices=[("ENTRY", "Entry"), ("EXIT", "Exit"), ("BOTH", "Both")], max_length=5),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("CLOSED", "Closed"), ("LEFT_OPEN", "Left open"), ("NO_STAY", "No stay")], max_length=9
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("opened_by", models.CharField(max_length=100)),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OccupancyCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("counted_inside", models.PositiveIntegerField()),
                ("known_inside", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("made_by", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200)),
                ("made_by", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=100)),
                ("cars_at_once", models.PositiveSmallIntegerField()),
                ("weekly_hours", models.JSONField()),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PermitCar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("qr_code", models.CharField(max_length=17, unique=True)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetiredCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=17, unique=True)),
                ("reason", models.CharField(max_length=200)),
                ("retired_by", models.CharField(max_length=100)),
                ("retired_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Validation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reserved_minor", models.BigIntegerField()),
                ("granted_minor", models.BigIntegerField(blank=True, null=True)),
                ("granted_until", models.DateTimeField(blank=True, null=True)),
                ("applied_by", models.CharField(max_length=100)),
                ("applied_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ZoneTariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "vehicle_class",
                    models.CharField(
                        choices=[
                            ("MOTORCYCLE", "Motorcycle"),
                            ("CAR", "Car"),
                            ("VAN", "Van"),
                            ("TRUCK", "Truck"),
                            ("BUS", "Bus"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="vehicle_class",
            field=models.CharField(
                choices=[
                    ("MOTORCYCLE", "Motorcycle"),
                    ("CAR", "Car"),
                    ("VAN", "Van"),
                    ("TRUCK", "Truck"),
                    ("BUS", "Bus"),
                ],
                default=parking.domain.states.VehicleClass["CAR"],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="extra_hours",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="slotallocation",
            index=models.Index(
                condition=models.Q(("released_at__isnull", True)), fields=["zone"], name="parking_allocation_of_zone"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="parking.parkingbooking"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="parking.parkingsession",
            ),
        ),
        migrations.AddField(
            model_name="cashiershift",
            name="cashier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="cashiershift",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="parking.parkingsite"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="shift",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="parking.cashiershift",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="shift",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="parking.cashiershift",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("extra_hours__isnull", False),
                        ("extra_hours__range", (1, 24)),
                        ("kind", parking.domain.states.PaymentKind["EXTENSION"]),
                    ),
                    models.Q(
                        models.Q(("kind", parking.domain.states.PaymentKind["EXTENSION"]), _negated=True),
                        ("extra_hours__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="parking_payment_extra_hours",
            ),
        ),
        migrations.AddField(
            model_name="manualopening",
            name="booking",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="parking.parkingbooking",
            ),
        ),
        migrations.AddField(
            model_name="manualopening",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="parking.gatedevice"
            ),
        ),
        migrations.AddField(
            model_name="manualopening",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="parking.parkingsession",
            ),
        ),
        migrations.AddField(
            model_name="merchant",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merchants", to="parking.parkingsite"
            ),
        ),
        migrations.AddField(
            model_name="discountcode",
            name="merchant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="parking.merchant"
            ),
        ),
        migrations.AddField(
            model_name="occupancycorrection",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="parking.parkingzone"
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="slot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outages",
                to="parking.parkingslot",
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="outages", to="parking.parkingzone"
            ),
        ),
        migrations.AddField(
            model_name="permit",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="permits", to="parking.parkingsite"
            ),
        ),
        migrations.AddField(
            model_name="permit",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="permits", to="parking.parkingzone"
            ),
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="permit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="parking.permit",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("vehicle_class__in", ["MOTORCYCLE", "CAR", "VAN", "TRUCK", "BUS"])),
                name="parking_booking_vehicle_class",
            ),
        ),
        migrations.AddField(
            model_name="permitcar",
            name="permit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cars", to="parking.permit"
            ),
        ),
        migrations.AddField(
            model_name="permitcar",
            name="vehicle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="permit_cars", to="parking.vehicle"
            ),
        ),
        migrations.AddField(
            model_name="retiredcode",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="retired_codes", to="parking.parkingbooking"
            ),
        ),
        migrations.AddField(
            model_name="validation",
            name="discount",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="validations", to="parking.discountcode"
            ),
        ),
        migrations.AddField(
            model_name="validation",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="validations", to="parking.parkingsession"
            ),
        ),
        migrations.AddField(
            model_name="zonetariff",
            name="tariff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parking.tariffversion"
            ),
        ),
        migrations.AddField(
            model_name="zonetariff",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="class_tariffs", to="parking.parkingzone"
            ),
        ),
        migrations.AddIndex(
            model_name="adjustment",
            index=models.Index(fields=["created_at"], name="parking_adjustment_newest"),
        ),
        migrations.AddIndex(
            model_name="adjustment",
            index=models.Index(
                condition=models.Q(("status", parking.domain.states.AdjustmentStatus["PROPOSED"])),
                fields=["created_at"],
                name="parking_adjustment_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["LOST_TICKET", "WAIVER", "GOODWILL", "OPENED_BY_HAND", "VALIDATION", "PERMIT"])
                ),
                name="parking_adjustment_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["PROPOSED", "APPROVED", "REJECTED"])),
                name="parking_adjustment_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("amount_minor__lte", 1000000000000),
                        ("kind__in", [parking.domain.states.AdjustmentKind["LOST_TICKET"]]),
                    ),
                    models.Q(
                        models.Q(("kind__in", [parking.domain.states.AdjustmentKind["LOST_TICKET"]]), _negated=True),
                        ("amount_minor__gte", -1000000000000),
                        ("amount_minor__lt", 0),
                    ),
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("amount_minor__lte", 1000000000000),
                        (
                            "kind__in",
                            [
                                parking.domain.states.AdjustmentKind["PERMIT"],
                                parking.domain.states.AdjustmentKind["VALIDATION"],
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="parking_adjustment_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="parking_adjustment_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by", ""),
                        ("status", parking.domain.states.AdjustmentStatus["PROPOSED"]),
                    ),
                    models.Q(
                        models.Q(("status", parking.domain.states.AdjustmentStatus["PROPOSED"]), _negated=True),
                        ("decided_at__isnull", False),
                        models.Q(("decided_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="parking_adjustment_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("needs_second", True),
                        ("status", parking.domain.states.AdjustmentStatus["APPROVED"]),
                        _negated=True,
                    ),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="parking_adjustment_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", parking.domain.states.AdjustmentKind["LOST_TICKET"]),
                    models.Q(("status", parking.domain.states.AdjustmentStatus["REJECTED"]), _negated=True),
                ),
                fields=("session",),
                name="parking_adjustment_lost_ticket_once",
            ),
        ),
        migrations.AddIndex(
            model_name="cashiershift",
            index=models.Index(fields=["opened_at"], name="parking_shift_newest"),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.CheckConstraint(
                condition=models.Q(("opening_float_minor__gte", 0), ("opening_float_minor__lte", 1000000000000)),
                name="parking_shift_float",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True), ("counted_minor__isnull", True), ("expected_minor__isnull", True)
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("counted_minor__gte", 0),
                        ("counted_minor__isnull", False),
                        ("expected_minor__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="parking_shift_closed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("cashier",), name="parking_shift_one_open"
            ),
        ),
        migrations.AddIndex(
            model_name="manualopening",
            index=models.Index(fields=["opened_at"], name="parking_opening_newest"),
        ),
        migrations.AddConstraint(
            model_name="manualopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["ENTRY", "EXIT", "BOTH"])), name="parking_opening_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="manualopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["CLOSED", "LEFT_OPEN", "NO_STAY"])), name="parking_opening_outcome"
            ),
        ),
        migrations.AddConstraint(
            model_name="manualopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="parking_opening_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="manualopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", parking.domain.states.OpeningOutcome["NO_STAY"]), ("session__isnull", True)),
                    models.Q(
                        ("booking__isnull", False),
                        ("session__isnull", False),
                        models.Q(("outcome", parking.domain.states.OpeningOutcome["NO_STAY"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="parking_opening_of_a_stay",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.UniqueConstraint(fields=("site", "name"), name="parking_merchant_name_once"),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["TIME", "AMOUNT", "PERCENT"])), name="parking_discount_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("value__gt", 0),
                    models.Q(
                        models.Q(("kind", parking.domain.states.DiscountKind["PERCENT"]), _negated=True),
                        ("value__lte", 10000),
                        _connector="OR",
                    ),
                ),
                name="parking_discount_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("at_most_minor__gte", 1), ("at_most_minor__lte", 1000000000000)),
                name="parking_discount_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("budget_minor__isnull", True), ("spent_minor__lte", models.F("budget_minor")), _connector="OR"
                ),
                name="parking_discount_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("spent_minor__gte", 0)), name="parking_discount_spent"
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_uses__isnull", True), ("uses__lte", models.F("max_uses")), _connector="OR"),
                name="parking_discount_uses",
            ),
        ),
        migrations.AddConstraint(
            model_name="discountcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("valid_from"))), name="parking_discount_validity"
            ),
        ),
        migrations.AddIndex(
            model_name="occupancycorrection",
            index=models.Index(fields=["zone", "at"], name="parking_correction_newest"),
        ),
        migrations.AddConstraint(
            model_name="occupancycorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="parking_correction_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="outage",
            index=models.Index(fields=["zone", "ends_at"], name="parking_outage_of_zone"),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                name="parking_outage_span",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="parking_outage_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(condition=models.Q(("cars_at_once__gte", 1)), name="parking_permit_cars"),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("valid_from"))), name="parking_permit_validity"
            ),
        ),
        migrations.AddConstraint(
            model_name="permitcar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("permit", "vehicle"),
                name="parking_permit_car_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.UniqueConstraint(fields=("session", "discount"), name="parking_validation_once"),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved_minor__gte", 1), ("reserved_minor__lte", 1000000000000)),
                name="parking_validation_reserved",
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("granted_minor__isnull", True), ("granted_until__isnull", True)),
                    models.Q(
                        ("granted_minor__gte", 0),
                        ("granted_minor__isnull", False),
                        ("granted_minor__lte", models.F("reserved_minor")),
                        ("granted_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="parking_validation_granted",
            ),
        ),
        migrations.AddConstraint(
            model_name="zonetariff",
            constraint=models.CheckConstraint(
                condition=models.Q(("vehicle_class__in", ["MOTORCYCLE", "CAR", "VAN", "TRUCK", "BUS"])),
                name="parking_zone_tariff_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="zonetariff",
            constraint=models.UniqueConstraint(fields=("zone", "vehicle_class"), name="parking_zone_tariff_once"),
        ),
    ]
