"""Drivers who are nobody. Their plates are of districts that no registration office has, their phone numbers are of
the range that Ofcom keeps for drama, and their names are put together by chance."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

_STATES: Final = ("KA", "MH", "DL", "GA")
_DISTRICTS: Final = range(91, 100)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_FIRST_NAMES: Final = (  # noqa: SIM905 -- a text is read more easily than so many words each on its line
    "Aarav Aditi Ananya Arjun Asha Dev Diya Farhan Gauri Harpreet Imran Isha Jaya Kabir Kavya Kiran Lakshmi Leela"
    " Maya Meera Mohan Nadia Neel Nikhil Noor Pooja Priya Rahul Ravi Rehana Rohan Sana Sanjay Shreya Sunita Tara"
    " Tenzin Uma Varun Vikram Yash Zoya"
).split()
_LAST_NAMES: Final = (  # noqa: SIM905 -- a text is read more easily than so many words each on its line
    "Acharya Banerjee Bhat Chauhan D'Souza Das Desai Fernandes Ghosh Gill Gupta Iyer Jain Joshi Kapoor Khan Kulkarni"
    " Menon Mishra Naidu Nair Patel Pillai Qureshi Rao Reddy Sharma Shetty Singh Thomas Varma Yadav"
).split()
_PHONES_KNOWN: Final = 0.35
"""So many leave a number; the specification makes it optional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Whoever books, and the car that comes."""

    plate: str
    name: str
    phone: str | None


class Town:
    """Ever new drivers, no two with one plate."""

    def __init__(self, *, random: Random) -> None:
        self._random = random
        self._plates: set[str] = set()

    def driver(self) -> Driver:
        choice = self._random.choice
        phone = f"+44 7700 900{self._random.randrange(1000):03}" if self._random.random() < _PHONES_KNOWN else None
        return Driver(plate=self._plate(), name=f"{choice(_FIRST_NAMES)} {choice(_LAST_NAMES)}", phone=phone)

    def _plate(self) -> str:
        choice = self._random.choice
        while True:
            series = choice(_LETTERS) + choice(_LETTERS)
            plate = f"{choice(_STATES)}{choice(_DISTRICTS)}{series}{self._random.randrange(1000, 10000)}"
            if plate not in self._plates:
                self._plates.add(plate)
                return plate
