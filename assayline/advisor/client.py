"""Who is asked: one protocol, and Claude behind it through the anthropic SDK."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from assayline.errors import AssaylineError

KEY = "ANTHROPIC_API_KEY"
MODEL = "ASSAYLINE_MODEL"
MOST_TOKENS, SECONDS, RETRIES = 4096, 120.0, 2


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
    """An answer as plain JSON values, with the model that gave it and the identifier of the request."""

    body: dict[str, Any]
    model: str
    request_id: str | None


class Advisor(Protocol):
    """Anything that can be asked; `kind` and `model` go into the decision."""

    kind: str
    model: str

    def ask(self, request: Request, shape: Any) -> Reply:
        """Answer in the shape of a pydantic model; raises `Unanswered`."""
        ...


def newest_opus() -> str:
    """The newest Opus model that the installed SDK knows."""
    from typing import get_args

    from anthropic.types.model import Model

    names = [name for part in get_args(Model) for name in (get_args(part) or (part,)) if isinstance(name, str)]
    versions = {
        name: tuple(map(int, match[1].split("-")))
        for name in names
        if (match := re.fullmatch(r"claude-opus-(\d+(?:-\d{1,2})?)", name))
    }
    return max(versions, key=lambda name: versions[name])


class Claude:
    """Claude by the Messages API; the key comes from the environment and is held by the SDK alone."""

    kind = "claude"

    def __init__(self, model: str | None = None) -> None:
        self.model = model or os.environ.get(MODEL) or newest_opus()

    def ask(self, request: Request, shape: Any) -> Reply:
        """Ask once, retried by the SDK on 429, 5xx and broken connections; raises `Unanswered` for every other outcome."""
        import anthropic
        import pydantic

        client = anthropic.Anthropic(timeout=SECONDS, max_retries=RETRIES)
        try:
            message = client.messages.parse(
                model=self.model,
                max_tokens=MOST_TOKENS,
                system=[
                    {"type": "text", "text": request.common, "cache_control": {"type": "ephemeral"}},
                    {"type": "text", "text": request.instructions},
                ],
                messages=[{"role": "user", "content": request.content}],
                output_format=shape,
            )
        except pydantic.ValidationError as error:
            raise Unanswered(who=self.model, found=f"{error.error_count()} faults in the shape of the answer") from error
        except anthropic.APIStatusError as error:
            raise Unanswered(who=self.model, found=f"status {error.status_code}") from error
        except anthropic.APIError as error:
            raise Unanswered(who=self.model, found=type(error).__name__) from error
        parsed = message.parsed_output
        if message.stop_reason not in ("end_turn", "stop_sequence") or parsed is None:
            raise Unanswered(who=self.model, found=f"an answer that ended with '{message.stop_reason}'")
        return Reply(parsed.model_dump(mode="json"), message.model, message._request_id)


def choose(by: str, model: str | None = None) -> Advisor | None:
    """Who answers: Claude when asked for or when a key is set, else None for the rules; raises `Unanswered` without the SDK."""
    if by == "rules" or (by == "auto" and not os.environ.get(KEY)):
        return None
    if not os.environ.get(KEY):
        raise Unanswered(who="claude", found=f"no {KEY} in the environment")
    for package in ("anthropic", "pydantic"):
        if find_spec(package) is None:
            raise Unanswered(who="claude", found=f"no Python package '{package}' (extra [advisor])")
    return Claude(model)
