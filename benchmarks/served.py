"""The settings under which the measured server runs: those of a live installation, but with the simulated provider.

Live mode refuses that provider, and the sandbox looks its test clock up in the database at every request and trusts
its own machine. So the mode is changed after the settings were read: gates show their keys, wrong guesses are
limited, and the clock is the machine's.
"""

from config.settings import *  # noqa: F403 -- a variant of these settings

PARKING_MODE = "live"
LIVE = True
