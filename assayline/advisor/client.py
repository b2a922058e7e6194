"""Who is asked: one protocol, what goes there and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from assayline.errors import AssaylineError


class Unanswered(AssaylineError):
    """The one who was asked gave nothing that can be used; facts: who, found. The rules answer instead."""

    code = "advisor-unanswered"
    title = "Advisor gave no usable answer"
    template = "{who}: found {found}; expected an answer of the asked shape."
    hint = "The rules answer instead."
    status = 7


@dataclass(frozen=True, slots=True)
class Request:
    """All that leaves the machine: the common instructions, the question's own, and the question with its evidence."""

    common: str
    instructions: str
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as plain JSON values, with the model that gave it, the identifier of the request, and what it used."""

    body: dict[str, Any]
    model: str
    request_id: str | None
    usage: dict[str, Any] = field(default_factory=dict)


class Advisor(Protocol):
    """Anything that can be asked; `kind` and `model` go into the decision."""

    kind: str
    model: str

    def ask(self, request: Request, shape: Any) -> Reply:
        """Answer in the shape of a pydantic model; raises `Unanswered`."""
        ...
