"""What plans and cases refuse: always file, key and reason, in one line."""

from __future__ import annotations

from hubapp.kernel.errors import Refusal


class BadInput(Refusal):
    """Something in a plan or a case is not as it must be; `str()` is "file: key: reason"."""

    status = 422

    def __init__(self, reason: str, *, key: str = "", file: str = "") -> None:
        super().__init__(": ".join(part for part in (file, key, reason) if part))
        self.reason, self.key, self.file = reason, key, file


class NotLawful(BadInput):
    """The plan asks for what this software never pays; `clause` and `source` say where that stands."""

    def __init__(self, reason: str, *, key: str, file: str, clause: str, source: str) -> None:
        super().__init__(f"{reason} [{clause}: {source}]", key=key, file=file)
        self.words, self.clause, self.source = reason, clause, source
