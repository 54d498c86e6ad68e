"""Many at once: for one slot, one vehicle, one payment, one gate. Exactly one wins, and nobody sees an error of ours.

`booking_stories` and `gate_stories` say what people do at one moment, and judge what came of it. `test_races`
plays them as the system is; `test_protections` plays them again with a lock or a constraint taken away, and shows
that the same judge notices.
"""
