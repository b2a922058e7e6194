"""Claude through the anthropic SDK, and whether it or the rules answer."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import Any

from assayline.advisor.client import Advisor, Reply, Request, Unanswered

KEY = "ANTHROPIC_API_KEY"


MODEL = "ASSAYLINE_MODEL"


MOST_TOKENS, SECONDS, RETRIES = 4096, 120.0, 2


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
