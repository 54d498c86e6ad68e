"""Smart Parking: zones, bookings, gates, billing and the trail of all of it."""
