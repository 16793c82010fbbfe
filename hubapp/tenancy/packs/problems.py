"""What can be wrong with a pack: one fact per problem, each naming its file and key."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.kernel.errors import Refusal


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the packs' folder (`lyon/hub.toml`); `key` is dotted (`theme.primary`) or ''."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class PackInvalid(Refusal):
    """A pack that cannot become a hub."""

    status = 422

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
