"""Proof on the spot: several worker processes over a database of their own, faults of every kind, and a check against an outside ledger."""
