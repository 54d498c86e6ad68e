"""Zones, slots, vehicles, devices, and who holds which slot."""

from __future__ import annotations

from parking.models import ParkingSlot, SandboxClock
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at


@breaks("parking_site_tax_at_most_whole")
def more_than_the_whole_is_tax(rows: Rows) -> Statement:
    return lambda: change(rows.site, tax_basis_points=10_001)


@breaks("parking_parkingsite_name_key")
def two_sites_of_one_name(rows: Rows) -> Statement:
    return lambda: type(rows.site).objects.create(name=rows.site.name, created_at=OPENING)


@breaks("parking_tariff_version_once")
def the_same_version_of_a_tariff_twice(rows: Rows) -> Statement:
    return lambda: rows.make_tariff(site=rows.site)


@breaks("parking_policy_version_once")
def the_same_version_of_a_policy_twice(rows: Rows) -> Statement:
    return lambda: rows.make_policy(site=rows.site)


@breaks("parking_zone_name_once")
def two_zones_of_one_name(rows: Rows) -> Statement:
    rows.other_zone()
    return rows.other_zone


@breaks("parking_slot_number_once")
def two_slots_of_one_number(rows: Rows) -> Statement:
    return lambda: ParkingSlot.objects.create(zone=rows.zone, number=rows.slot.number)


@breaks("parking_slot_zone_fixed")
def a_slot_moves_to_another_zone(rows: Rows) -> Statement:
    zone = rows.other_zone()
    return lambda: change(rows.slot, zone=zone)


@breaks("parking_vehicle_canonical")
def a_plate_in_lower_case(rows: Rows) -> Statement:
    return lambda: rows.vehicle(number="dl01ab1234")


@breaks("parking_vehicle_canonical")
def a_plate_with_a_line_feed_after_it(rows: Rows) -> Statement:
    return lambda: rows.vehicle(number="DL01AB1234\n")


@breaks("parking_vehicle_canonical")
def a_plate_in_full_width(rows: Rows) -> Statement:
    return lambda: rows.vehicle(number="\uff24\uff2c01AB1234")


@breaks("parking_vehicle_number_key")
def one_plate_twice(rows: Rows) -> Statement:
    number = rows.vehicle().number
    return lambda: rows.vehicle(number=number)


@breaks("parking_device_direction")
def a_gate_that_leads_up(rows: Rows) -> Statement:
    return lambda: rows.device(direction="UP")


@breaks("parking_gatedevice_device_id_key")
def one_device_twice(rows: Rows) -> Statement:
    rows.device()
    return rows.device


@breaks("parking_clock_is_one")
def a_second_test_clock(rows: Rows) -> Statement:
    return lambda: SandboxClock.objects.create(id=2)


@breaks("parking_allocation_span")
def a_slot_held_until_the_moment_from_which_it_is_held(rows: Rows) -> Statement:
    return lambda: rows.allocation(occupies_until=OPENING)


@breaks("parking_allocation_released_never_lapses")
def a_hold_let_go_and_still_to_lapse(rows: Rows) -> Statement:
    return lambda: rows.allocation(released_at=OPENING, lapses_at=at(minutes=5))


@breaks("parking_allocation_parked_never_lapses")
def a_parked_car_whose_hold_lapses(rows: Rows) -> Statement:
    return lambda: rows.allocation(parked_at=OPENING, lapses_at=at(minutes=5))


@breaks("parking_allocation_booking_once")
def two_slots_for_one_booking(rows: Rows) -> Statement:
    booking = rows.allocation().booking
    return lambda: rows.allocation(booking=booking, slot=rows.other_slot)


@breaks("parking_allocation_one_car_a_slot")
def a_car_where_an_overstayer_still_stands(rows: Rows) -> Statement:
    rows.allocation(parked_at=OPENING)
    end = at(minutes=120)
    return lambda: rows.allocation(occupies_from=end, occupies_until=at(minutes=180), parked_at=end)


@breaks("parking_allocation_slot_once")
def one_slot_sold_twice_for_one_moment(rows: Rows) -> Statement:
    rows.allocation()
    return lambda: rows.allocation(occupies_from=at(minutes=119), occupies_until=at(minutes=180))


@breaks("parking_allocation_slot_once")
def a_late_car_kept_into_the_next_booking_of_its_slot(rows: Rows) -> Statement:
    allocation = rows.allocation()
    rows.allocation(occupies_from=at(minutes=120), occupies_until=at(minutes=180))
    return lambda: change(allocation, occupies_until=at(minutes=121))


@breaks("parking_allocation_slot_once")
def a_hold_taken_back_after_its_slot_was_sold_again(rows: Rows) -> Statement:
    allocation = rows.allocation()
    change(allocation, released_at=OPENING)
    rows.allocation()
    return lambda: change(allocation, released_at=None)


@breaks("parking_allocation_one_zone")
def a_slot_of_another_zone_than_it_says(rows: Rows) -> Statement:
    slot = ParkingSlot.objects.create(zone=rows.other_zone(), number="O001")
    return lambda: rows.allocation(slot=slot)


@breaks("parking_allocation_one_zone")
def a_booking_of_another_zone_than_its_slot(rows: Rows) -> Statement:
    booking = rows.booking(zone=rows.other_zone())
    return lambda: rows.allocation(booking=booking)


@breaks("parking_allocation_kept")
def an_allocation_deleted(rows: Rows) -> Statement:
    return rows.allocation().delete


@breaks("parking_allocation_fixed")
def an_allocation_moved_to_another_slot_and_its_past_with_it(rows: Rows) -> Statement:
    allocation = rows.allocation()
    return lambda: change(allocation, slot=rows.other_slot)
