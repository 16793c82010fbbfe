"""Money under any sequence of acts, faults, crashes and time, against an oracle and the provider's own books."""
