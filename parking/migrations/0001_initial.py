import uuid

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import parking.domain.states
import parking.models.constraints


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),  # for the exclusion constraints; does nothing on SQLite
        migrations.CreateModel(
            name="ParkingBooking",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("plate", models.CharField(max_length=12)),
                ("owner_name", models.CharField(max_length=100)),
                ("phone_number", models.CharField(blank=True, max_length=16)),
                ("qr_code", models.CharField(max_length=17, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CREATED", "Created"),
                            ("PAID", "Paid"),
                            ("USED", "Used"),
                            ("EXPIRED", "Expired"),
                            ("CANCELLED", "Cancelled"),
                            ("NO_SHOW", "No show"),
                        ],
                        default=parking.domain.states.BookingStatus["CREATED"],
                        max_length=9,
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField()),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=100)),
                ("window_starts_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "window_starts_at"), name="parking_guess_window_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=120)),
                ("client_key", models.CharField(max_length=255)),
                ("route", models.CharField(max_length=200)),
                ("body_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("answer_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("answer_headers", models.JSONField(blank=True, null=True)),
                ("answer_body", models.BinaryField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="parking_idempotency_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "client_key"), name="parking_idempotency_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("body_hash__regex", "\\A[0-9a-f]{64}\\Z")),
                        name="parking_idempotency_body_hashed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_body__isnull", True),
                                ("answer_headers__isnull", True),
                                ("answer_status__isnull", True),
                                ("completed_at__isnull", True),
                            ),
                            models.Q(
                                ("answer_body__isnull", False),
                                ("answer_headers__isnull", False),
                                ("answer_status__gte", 200),
                                ("answer_status__isnull", False),
                                ("answer_status__lt", 500),
                                ("completed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="parking_idempotency_answered_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=32)),
                ("first_id", models.PositiveBigIntegerField()),
                ("last_id", models.PositiveBigIntegerField()),
                ("row_count", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("log", "first_id"), name="parking_seal_once"),
                    models.CheckConstraint(
                        condition=models.Q(("last_id__gte", models.F("first_id"))), name="parking_seal_span"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParkingSite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("legal_name", models.CharField(blank=True, max_length=200)),
                ("time_zone", models.CharField(default="Asia/Kolkata", max_length=64)),
                ("currency", models.CharField(default="INR", max_length=3)),
                ("tax_basis_points", models.PositiveIntegerField(default=0)),
                ("next_receipt_number", models.PositiveBigIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tax_basis_points__lte", 10000)), name="parking_site_tax_at_most_whole"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ParkingZone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("is_open", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="zones", to="parking.parkingsite"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ParkingSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=16)),
                ("in_service", models.BooleanField(default=True)),
                (
                    "zone",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="parking.parkingzone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ParkingSession",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("plate", models.CharField(max_length=12)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("AWAITING_PAYMENT", "Awaiting payment"),
                            ("COMPLETED", "Completed"),
                        ],
                        default=parking.domain.states.SessionStatus["ACTIVE"],
                        max_length=16,
                    ),
                ),
                ("entry_time", models.DateTimeField()),
                ("exit_time", models.DateTimeField(blank=True, null=True)),
                ("billed_until", models.DateTimeField(blank=True, null=True)),
                ("leave_by", models.DateTimeField(blank=True, null=True)),
                ("gate_opened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="session", to="parking.parkingbooking"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="parking.parkingslot",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to="parking.parkingzone"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="parking.parkingzone"
            ),
        ),
        migrations.CreateModel(
            name="GateDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device_id", models.CharField(max_length=64, unique=True)),
                (
                    "direction",
                    models.CharField(choices=[("ENTRY", "Entry"), ("EXIT", "Exit"), ("BOTH", "Both")], max_length=5),
                ),
                ("key_prefix", models.CharField(blank=True, max_length=16)),
                ("key_hash", models.CharField(blank=True, max_length=64)),
                ("key_made_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="devices", to="parking.parkingsite"
                    ),
                ),
                ("zones", models.ManyToManyField(blank=True, related_name="devices", to="parking.parkingzone")),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField()),
                ("definition", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="policies", to="parking.parkingsite"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="parkingzone",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="zones", to="parking.policyversion"
            ),
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parking.policyversion",
            ),
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=32)),
                ("event_id", models.CharField(max_length=128)),
                ("subject", models.CharField(max_length=8)),
                ("key", models.CharField(blank=True, max_length=64)),
                ("applied_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "event_id"), name="parking_provider_event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QRScanLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scan_type", models.CharField(choices=[("ENTRY", "Entry"), ("EXIT", "Exit")], max_length=5)),
                (
                    "result",
                    models.CharField(
                        choices=[("SUCCESS", "Success"), ("FAILED", "Failed"), ("DUPLICATE", "Duplicate")], max_length=9
                    ),
                ),
                ("reason", models.CharField(max_length=32)),
                ("qr_code", models.CharField(max_length=64)),
                ("scanner_device_id", models.CharField(max_length=64)),
                ("scanner_location", models.CharField(blank=True, max_length=100)),
                ("caller", models.CharField(max_length=100)),
                ("scanned_at", models.DateTimeField()),
                ("device_time", models.DateTimeField(blank=True, null=True)),
                ("scan_id", models.CharField(blank=True, max_length=64, null=True)),
                ("answer", models.JSONField(blank=True, null=True)),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="parking.parkingbooking",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="parking.gatedevice",
                    ),
                ),
            ],
            options={
                "verbose_name": "QR scan",
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("as_of", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quotes", to="parking.parkingsession"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("BOOKING", "Booking"), ("ADDITIONAL", "Additional"), ("EXTENSION", "Extension")],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("PENDING", "Pending"), ("COMPLETED", "Completed"), ("FAILED", "Failed")],
                        default=parking.domain.states.PaymentStatus["PENDING"],
                        max_length=9,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("ONLINE", "Online"), ("CARD", "Card"), ("UPI", "Upi"), ("CASH", "Cash")],
                        default=parking.domain.states.PaymentMethod["ONLINE"],
                        max_length=6,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("captured_minor", models.BigIntegerField(default=0)),
                ("surplus_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=32)),
                ("provider_reference", models.CharField(blank=True, max_length=128, null=True)),
                ("provider_token", models.CharField(blank=True, max_length=64)),
                ("failure_code", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="parking.parkingbooking",
                    ),
                ),
                (
                    "collected_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="parking.parkingsession",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="parking.quote",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField()),
                ("issuer_name", models.CharField(max_length=200)),
                ("tax_basis_points", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="parking.parkingbooking"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="parking.parkingsite",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BOOKING_CANCEL", "Booking cancel"),
                            ("UNUSED_TIME", "Unused time"),
                            ("SURPLUS", "Surplus"),
                            ("ZONE_FULL", "Zone full"),
                            ("MANUAL", "Manual"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("PENDING", "Pending"), ("PROCESSED", "Processed"), ("FAILED", "Failed")],
                        default=parking.domain.states.RefundStatus["PENDING"],
                        max_length=9,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("provider_reference", models.CharField(blank=True, max_length=128)),
                ("failure_code", models.CharField(blank=True, max_length=64)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
                ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="parking.payment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SandboxClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offset_microseconds", models.BigIntegerField(default=0)),
                ("frozen_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="parking_clock_is_one")],
            },
        ),
        migrations.CreateModel(
            name="SlotAllocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("occupies_from", models.DateTimeField()),
                ("occupies_until", models.DateTimeField()),
                ("lapses_at", models.DateTimeField(blank=True, null=True)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "release_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("HOLD_LAPSED", "Hold lapsed"),
                            ("CANCELLED", "Cancelled"),
                            ("NO_SHOW", "No show"),
                            ("MOVED", "Moved"),
                            ("ZONE_FULL", "Zone full"),
                            ("EXITED", "Exited"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="parking.parkingbooking",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="parking.parkingslot",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking.parkingzone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TariffVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("definition", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tariffs", to="parking.parkingsite"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="parkingzone",
            name="tariff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="zones", to="parking.tariffversion"
            ),
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="tariff",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parking.tariffversion",
            ),
        ),
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                ("owner_name", models.CharField(blank=True, max_length=100)),
                ("phone_number", models.CharField(blank=True, max_length=16)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "\\A[A-Z0-9]{2,12}\\Z")), name="parking_vehicle_canonical"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="parkingsession",
            name="vehicle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to="parking.vehicle"
            ),
        ),
        migrations.AddField(
            model_name="parkingbooking",
            name="vehicle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="parking.vehicle"
            ),
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("key_prefix", models.CharField(max_length=16, unique=True)),
                ("key_hash", models.CharField(max_length=64)),
                ("scopes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key_hash__regex", "\\A[0-9a-f]{64}\\Z")), name="parking_api_key_hashed"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=40)),
                ("caller", models.CharField(max_length=100)),
                ("data", models.JSONField(default=dict)),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="parking.parkingbooking",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="parking_audit_newest")],
            },
        ),
        migrations.AddIndex(
            model_name="parkingslot",
            index=models.Index(fields=["zone", "id"], name="parking_slot_search"),
        ),
        migrations.AddConstraint(
            model_name="parkingslot",
            constraint=models.UniqueConstraint(fields=("zone", "number"), name="parking_slot_number_once"),
        ),
        migrations.AddConstraint(
            model_name="gatedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["ENTRY", "EXIT", "BOTH"])), name="parking_device_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="gatedevice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key_prefix", ""), _negated=True),
                fields=("key_prefix",),
                name="parking_device_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("key_hash__regex", "\\A([0-9a-f]{64})?\\Z")), name="parking_device_key_hashed"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(fields=("site", "name", "version"), name="parking_policy_version_once"),
        ),
        migrations.AddIndex(
            model_name="qrscanlog",
            index=models.Index(fields=["scanned_at"], name="parking_scan_newest"),
        ),
        migrations.AddConstraint(
            model_name="qrscanlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("scan_type__in", ["ENTRY", "EXIT"])), name="parking_scan_type"
            ),
        ),
        migrations.AddConstraint(
            model_name="qrscanlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["SUCCESS", "FAILED", "DUPLICATE"])), name="parking_scan_result"
            ),
        ),
        migrations.AddConstraint(
            model_name="qrscanlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("scan_id__isnull", True), ("answer__isnull", False), _connector="OR"),
                name="parking_scan_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="qrscanlog",
            constraint=models.UniqueConstraint(fields=("scanner_device_id", "scan_id"), name="parking_scan_once"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 1), ("amount_minor__lte", 1000000000000)),
                name="parking_quote_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("as_of"))), name="parking_quote_span"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["created_at"], name="parking_payment_newest"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("next_attempt_at__isnull", False)),
                fields=["next_attempt_at"],
                name="parking_payment_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["PENDING", "COMPLETED", "FAILED"])), name="parking_payment_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["BOOKING", "ADDITIONAL", "EXTENSION"])), name="parking_payment_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 1), ("amount_minor__lte", 1000000000000)),
                name="parking_payment_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("captured_minor", 0), ("captured_minor", models.F("amount_minor")), _connector="OR"
                ),
                name="parking_payment_captured_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("surplus_minor", 0), ("surplus_minor", models.F("captured_minor")), _connector="OR"
                ),
                name="parking_payment_surplus_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("captured_minor__gt", 0),
                        ("completed_at__isnull", False),
                        ("status", parking.domain.states.PaymentStatus["COMPLETED"]),
                    ),
                    models.Q(
                        models.Q(("status", parking.domain.states.PaymentStatus["COMPLETED"]), _negated=True),
                        ("captured_minor", 0),
                        ("completed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="parking_payment_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("completed_at__isnull", False),
                    ("kind", parking.domain.states.PaymentKind["BOOKING"]),
                    ("surplus_minor", 0),
                ),
                fields=("booking",),
                name="parking_payment_booking_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("completed_at__isnull", False), ("surplus_minor", 0)),
                fields=("quote",),
                name="parking_payment_quote_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("completed_at__isnull", True), ("failed_at__isnull", True)),
                fields=("booking",),
                name="parking_payment_one_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_reference"), name="parking_payment_reference_once"
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["issued_at"], name="parking_receipt_newest"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("site", "number"), name="parking_receipt_number_once"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="parking_receipt_number_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_basis_points__lte", 10000)), name="parking_receipt_tax_at_most_whole"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["created_at"], name="parking_refund_newest"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("next_attempt_at__isnull", False)),
                fields=["next_attempt_at"],
                name="parking_refund_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["PENDING", "PROCESSED", "FAILED"])), name="parking_refund_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["BOOKING_CANCEL", "UNUSED_TIME", "SURPLUS", "ZONE_FULL", "MANUAL"])),
                name="parking_refund_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 1), ("amount_minor__lte", 1000000000000)),
                name="parking_refund_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("processed_at__isnull", False), ("status", parking.domain.states.RefundStatus["PROCESSED"])
                    ),
                    models.Q(
                        models.Q(("status", parking.domain.states.RefundStatus["PROCESSED"]), _negated=True),
                        ("processed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="parking_refund_processed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", parking.domain.states.RefundKind["MANUAL"]), _negated=True),
                fields=("payment", "kind"),
                name="parking_refund_kind_once",
            ),
        ),
        migrations.AddIndex(
            model_name="slotallocation",
            index=models.Index(
                condition=models.Q(("released_at__isnull", True)),
                fields=["slot", "occupies_from"],
                name="parking_allocation_live",
            ),
        ),
        migrations.AddIndex(
            model_name="slotallocation",
            index=models.Index(
                condition=models.Q(("lapses_at__isnull", False)),
                fields=["zone", "lapses_at"],
                name="parking_allocation_lapsing",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("occupies_until__gt", models.F("occupies_from"))), name="parking_allocation_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_at__isnull", True), ("lapses_at__isnull", True), _connector="OR"),
                name="parking_allocation_released_never_lapses",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("parked_at__isnull", True), ("lapses_at__isnull", True), _connector="OR"),
                name="parking_allocation_parked_never_lapses",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)),
                fields=("booking",),
                name="parking_allocation_booking_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("parked_at__isnull", False), ("released_at__isnull", True)),
                fields=("slot",),
                name="parking_allocation_one_car_a_slot",
            ),
        ),
        migrations.AddConstraint(
            model_name="slotallocation",
            constraint=parking.models.constraints.NoOverlap(
                condition=models.Q(("released_at__isnull", True)),
                end="occupies_until",
                name="parking_allocation_slot_once",
                owner="slot",
                start="occupies_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.UniqueConstraint(fields=("site", "name", "version"), name="parking_tariff_version_once"),
        ),
        migrations.AddConstraint(
            model_name="parkingzone",
            constraint=models.UniqueConstraint(fields=("site", "name"), name="parking_zone_name_once"),
        ),
        migrations.AddIndex(
            model_name="parkingsession",
            index=models.Index(fields=["entry_time"], name="parking_session_newest"),
        ),
        migrations.AddIndex(
            model_name="parkingsession",
            index=models.Index(
                condition=models.Q(("exit_time__isnull", True)), fields=["zone"], name="parking_session_inside"
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["ACTIVE", "AWAITING_PAYMENT", "COMPLETED"])),
                name="parking_session_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("exit_time__isnull", False), ("status", parking.domain.states.SessionStatus["COMPLETED"])
                    ),
                    models.Q(
                        models.Q(("status", parking.domain.states.SessionStatus["COMPLETED"]), _negated=True),
                        ("exit_time__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="parking_session_exit_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exit_time__isnull", True),
                    models.Q(
                        ("billed_until__gte", models.F("entry_time")),
                        ("billed_until__isnull", False),
                        ("exit_time__gte", models.F("entry_time")),
                    ),
                    _connector="OR",
                ),
                name="parking_session_times_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gate_opened_at__isnull", True),
                    models.Q(("exit_time__isnull", False), ("gate_opened_at__gte", models.F("exit_time"))),
                    _connector="OR",
                ),
                name="parking_session_gate_after_exit",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("exit_time__isnull", True)),
                fields=("vehicle",),
                name="parking_session_vehicle_once",
            ),
        ),
        migrations.AddIndex(
            model_name="parkingbooking",
            index=models.Index(fields=["created_at"], name="parking_booking_newest"),
        ),
        migrations.AddIndex(
            model_name="parkingbooking",
            index=models.Index(fields=["phone_number"], name="parking_booking_phone"),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["CREATED", "PAID", "USED", "EXPIRED", "CANCELLED", "NO_SHOW"])),
                name="parking_booking_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gte", 0), ("price_minor__lte", 1000000000000)),
                name="parking_booking_price",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__gte", 1), ("hours__lte", 24)), name="parking_booking_hours"
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="parking_booking_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            [parking.domain.states.BookingStatus["PAID"], parking.domain.states.BookingStatus["USED"]],
                        ),
                        _negated=True,
                    ),
                    ("paid_at__isnull", False),
                    _connector="OR",
                ),
                name="parking_booking_paid_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            parking.domain.states.BookingStatus["CREATED"],
                            parking.domain.states.BookingStatus["PAID"],
                            parking.domain.states.BookingStatus["USED"],
                        ],
                    ),
                    ("closed_at__isnull", False),
                    _connector="OR",
                ),
                name="parking_booking_closed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingbooking",
            constraint=parking.models.constraints.NoOverlap(
                condition=models.Q(("closed_at__isnull", True)),
                end="ends_at",
                name="parking_booking_vehicle_once",
                owner="vehicle",
                start="starts_at",
            ),
        ),
    ]
