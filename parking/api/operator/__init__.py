"""What the operator sets: prices, times, outages, merchants, permits."""
