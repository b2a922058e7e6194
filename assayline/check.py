"""One check of the installation, as the doctor tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: level is ok, warn or fail; `help` is a command or an act."""

    name: str
    level: str
    found: str
    help: str = ""

    def to_json(self) -> dict[str, str]:
        """The check as plain JSON."""
        return {"name": self.name, "level": self.level, "found": self.found, "help": self.help}
