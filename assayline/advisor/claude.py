"""Claude through the anthropic SDK, and whether it or the rules answer."""

from __future__ import annotations

import os
import random
import re
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from assayline.advisor.client import Advisor, Reply, Request, Unanswered
from assayline.advisor.spending import Limits, Spending
from assayline.settings import folder_settings

if TYPE_CHECKING:
    from pathlib import Path

KEY = "ANTHROPIC_API_KEY"
MODEL = "ASSAYLINE_MODEL"
BAD, BROKEN = 400, 500
AGAIN = frozenset({408, 409, 429})  # and every status from BROKEN
PASSING = frozenset({"overloaded_error", "rate_limit_error", "api_error", "timeout_error"})
FIRST, LONGEST = 0.5, 30.0  # seconds: the first wait is drawn from 0 to FIRST, doubled each time, up to LONGEST
PATIENCE = 60.0  # seconds of `retry-after` beyond which nobody waits
WHOLE = 5  # an answer may take so many times the seconds of silence that are allowed
NOTHING = {"input_tokens": 0, "output_tokens": 0, "cache_write_tokens": 0, "cache_read_tokens": 0}


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

    def __init__(self, model: str | None = None, spending: Spending | None = None) -> None:
        self.model = model or os.environ.get(MODEL) or folder_settings().advisor.get("model") or newest_opus()
        self.spending = spending or Spending(None, Limits.here())

    def ask(self, request: Request, shape: Any) -> Reply:
        """Ask, and again after 429, 5xx and broken connections; raises `Unanswered` for every outcome without an answer."""
        limits = self.spending.limits
        for number in range(limits.retries + 1):
            self.spending.allow(self.model, len(request.common) + len(request.instructions) + len(request.content))
            found, wait = "no answer", self._pause(number, None)
            try:
                return self._once(request, shape)
            except _Again as error:
                found, wait = error.found, self._pause(number, error.after)
            if number == limits.retries or wait > PATIENCE:
                raise Unanswered(who=self.model, found=found)
            time.sleep(wait)
        raise AssertionError

    def _pause(self, number: int, after: float | None) -> float:
        """Seconds to wait: what the service asked for and a little more, else drawn anew from a span that doubles."""
        if after is not None:
            return after * (1 + random.random() / 4)  # noqa: S311
        return random.uniform(0, min(LONGEST, FIRST * 2**number))  # noqa: S311

    def _once(self, request: Request, shape: Any) -> Reply:
        import anthropic
        import httpx2
        import pydantic

        limits, usage, outcome = self.spending.limits, dict(NOTHING), "answered"
        client = anthropic.Anthropic(timeout=limits.seconds, max_retries=0)
        try:
            message, usage = self._stream(client, request, shape, usage)
        except pydantic.ValidationError as error:
            outcome = f"{error.error_count()} faults in the shape of the answer"
            raise Unanswered(who=self.model, found=outcome) from error
        except anthropic.APIStatusError as error:
            kind = _kind(error.body)
            outcome = f"status {error.status_code}" if error.status_code >= BAD else f"'{kind}' in the stream"
            if error.status_code in AGAIN or error.status_code >= BROKEN or kind in PASSING:
                raise _Again(outcome, _after(error.response.headers)) from error
            raise Unanswered(who=self.model, found=outcome) from error
        except (anthropic.APIError, httpx2.TransportError) as error:
            outcome = type(error).__name__
            raise _Again(outcome, None) from error
        finally:
            dollars = self.spending.add(self.model, outcome, usage)
        return self._reply(message, usage | {"dollars": dollars})

    def _reply(self, message: Any, usage: dict[str, Any]) -> Reply:
        parsed = message.parsed_output
        if message.stop_reason not in ("end_turn", "stop_sequence") or parsed is None:
            raise Unanswered(who=self.model, found=f"an answer that ended with '{message.stop_reason}'")
        return Reply(parsed.model_dump(mode="json"), _plain(message.model) or self.model, _plain(message._request_id), usage)

    def _stream(self, client: Any, request: Request, shape: Any, usage: dict[str, int]) -> tuple[Any, dict[str, int]]:
        """The whole message as it comes in pieces, parsed by its model as `messages.parse` does; `usage` is kept up to date."""
        limits = self.spending.limits
        end, length = time.monotonic() + WHOLE * limits.seconds, 0
        with client.messages.stream(
            model=self.model,
            max_tokens=limits.answer,
            system=[
                {"type": "text", "text": request.common, "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": request.instructions},
            ],
            messages=[{"role": "user", "content": request.content}],
            output_format=shape,
        ) as stream:
            try:
                for event in stream:
                    if event.type in ("message_start", "message_delta"):
                        usage |= _usage(stream.current_message_snapshot.usage)
                    if event.type == "text":
                        length += len(event.text)
                        _show(f"{self.model}: {length} characters")
                    if time.monotonic() > end:
                        raise Unanswered(who=self.model, found=f"no end within {WHOLE * limits.seconds:g} s")
                if not usage["output_tokens"]:
                    raise _Again("a stream without a message", None)
                message = stream.get_final_message()
            finally:
                _show("")
            message._request_id = stream.request_id
            return message, _usage(message.usage)


class _Again(Exception):
    """A request that may be tried again: what was found, and after how many seconds the service asks to come back."""

    def __init__(self, found: str, after: float | None) -> None:
        super().__init__(found)
        self.found, self.after = found, after


def _kind(body: object) -> str:
    """The kind of error that the service names, as its documentation lists them; empty for none."""
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("type", ""))[:40] if isinstance(error, dict) else ""


def _after(headers: Any) -> float | None:
    """Seconds that the service asks to wait for, from `retry-after-ms` or `retry-after`; None where it names no number."""
    for name, share in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name, "")
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text) / share
    return None


def _usage(usage: Any) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens or 0,
        "output_tokens": usage.output_tokens or 0,
        "cache_write_tokens": usage.cache_creation_input_tokens or 0,
        "cache_read_tokens": usage.cache_read_input_tokens or 0,
    }


def _plain(text: object) -> str | None:
    """A name that the service gave, without anything that could act on a terminal."""
    return None if text is None else "".join(letter for letter in str(text)[:100] if letter.isprintable())


def _show(text: str) -> None:
    """Rewrite one line of stderr on a terminal, and do nothing elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def choose(by: str, model: str | None = None, spent: Path | None = None) -> Advisor | None:
    """Who answers: Claude when asked for or when a key is set, else None for the rules; raises `Unanswered` without the SDK."""
    if by == "rules" or (by == "auto" and not os.environ.get(KEY)):
        return None
    if not os.environ.get(KEY):
        raise Unanswered(who="claude", found=f"no {KEY} in the environment")
    for package in ("anthropic", "pydantic"):
        if find_spec(package) is None:
            raise Unanswered(who="claude", found=f"no Python package '{package}' (extra [advisor])")
    return Claude(model, Spending(spent, Limits.here()))
