"""What people at the gate do: help, take cash, open by hand. Each route needs a member of staff's key."""
