"""The sandbox's clock as a small control at the foot of every page, so that a newcomer can play a day in a minute."""
