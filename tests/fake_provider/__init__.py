"""A payment provider as a process of its own, with its own books: the witness of what really happened to money.

`python -m tests.fake_provider --ledger PATH` starts it. It knows nothing of this project but the shape of a request,
and keeps what it did in a file that a kill -9 cannot take away. A control API tells it what to get wrong next.
As a Django app (`tests.fake_provider` in INSTALLED_APPS) it registers its gateway; only the tests' settings do that.
"""
