"""What a run may spend on a model, and what it has spent: one line a request in `logs/advisor.jsonl`, without any content."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.advisor.client import Unanswered
from assayline.errors import BadUsage, CannotWrite
from assayline.settings import folder_settings

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "assayline/spent/1"
CHARACTERS = 3  # a token has at least about so many characters of English or JSON
PRICES = {"opus": (5.0, 25.0), "sonnet": (3.0, 15.0), "haiku": (1.0, 5.0)}
"""US dollars a million tokens of input and output, by family, as published for the 4.5 models; others count as DEAREST."""
DEAREST = (15.0, 75.0)
CACHE_WRITE, CACHE_READ = 1.25, 0.1
"""Share of the price of input for what is written to and read from the cache of prompts."""


class OverBudget(Unanswered):
    """The run may not spend what another request could cost; facts: who, found, expected."""

    code = "advisor-over-budget"
    title = "Advisor's budget used up"
    template = "{who}: found {found}; expected at most {expected}."
    hint = "The rules answer instead. `[advisor]` in assayline.toml sets tokens and dollars a run."


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of silence before a request is given up, tries after the first, and tokens and US dollars a run may use."""

    seconds: float = 120.0
    retries: int = 3
    tokens: int = 500_000
    dollars: float = 5.0
    answer: int = 8192

    @classmethod
    def here(cls) -> Limits:
        """The limits that `[advisor]` of assayline.toml and the variables ASSAYLINE_ADVISOR_… set, the latter first."""
        given = folder_settings().advisor
        found: dict[str, Any] = {}
        for name, kind in (("seconds", float), ("retries", int), ("tokens", int), ("dollars", float), ("answer", int)):
            text = os.environ.get(f"ASSAYLINE_ADVISOR_{name.upper()}", given.get(name))
            if text is None:
                continue
            try:
                found[name] = kind(text)
            except ValueError as error:
                what = f"ASSAYLINE_ADVISOR_{name.upper()}"
                raise BadUsage(
                    what=what, found=repr(text), expected=f"a value of type {kind.__name__}", next="Correct it."
                ) from error
        return cls(**found)


def price(model: str) -> tuple[float, float]:
    """US dollars a million tokens of input and output: as configured, else by family, else the dearest known."""
    given = folder_settings().advisor
    known = next((both for family, both in PRICES.items() if family in model), DEAREST)
    return float(given.get("price_input", known[0])), float(given.get("price_output", known[1]))


def cost(model: str, usage: dict[str, int]) -> float:
    """US dollars of a request by its tokens."""
    dear, dearer = price(model)
    read = usage["input_tokens"] + CACHE_WRITE * usage["cache_write_tokens"] + CACHE_READ * usage["cache_read_tokens"]
    return round((read * dear + usage["output_tokens"] * dearer) / 1e6, 6)


@dataclass(frozen=True, slots=True)
class Spending:
    """The account of one run, kept in a file that requests are added to as they end; None keeps none."""

    path: Path | None
    limits: Limits

    def spent(self) -> tuple[int, float]:
        """Tokens and dollars that the run has used."""
        if self.path is None or not self.path.is_file():
            return 0, 0.0
        lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return sum(line["tokens"] for line in lines), sum(line["dollars"] for line in lines)

    def allow(self, model: str, characters: int) -> None:
        """Raise `OverBudget` where a request of so many characters, answered at full length, could pass the budget."""
        tokens, dollars = self.spent()
        more = characters // CHARACTERS + 1
        usage = {"input_tokens": more, "output_tokens": self.limits.answer, "cache_write_tokens": 0, "cache_read_tokens": 0}
        if tokens + more + self.limits.answer > self.limits.tokens:
            found = f"{tokens} tokens used, and a request of up to {more + self.limits.answer}"
            raise OverBudget(who=model, found=found, expected=f"{self.limits.tokens} tokens a run")
        if dollars + cost(model, usage) > self.limits.dollars:
            found = f"{dollars:.2f} dollars used, and a request of up to {cost(model, usage):.2f}"
            raise OverBudget(who=model, found=found, expected=f"{self.limits.dollars:.2f} dollars a run")

    def add(self, model: str, outcome: str, usage: dict[str, int]) -> float:
        """Write a request down; the dollars it cost."""
        dollars = cost(model, usage)
        if self.path is not None:
            line = {
                "schema": SCHEMA,
                "model": model,
                "outcome": outcome,
                "tokens": sum(usage.values()),
                "dollars": dollars,
            } | usage
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(line) + "\n")
            except OSError as error:
                raise CannotWrite(file=self.path, found=error.strerror or error) from error
        return dollars
