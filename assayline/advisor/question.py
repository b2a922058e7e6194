"""What a question is: the evidence it needs, the bounds of its answer, and the rule that answers without a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from assayline.errors import BadInput, BadUsage

if TYPE_CHECKING:
    from assayline.evidence import Evidence

Facts = Mapping[str, "Evidence"]
CONFIDENCES = ("high", "medium", "low")
INTERPRETATION = "interpretation"


class Choice(Protocol):
    """A frozen dataclass whose fields are numbers, texts, truth values, and tuples of texts or of such dataclasses."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a field of a choice may be: a range including its ends, or one of some values."""

    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The bound as plain JSON, without what is not set."""
        if self.one_of:
            return {"one_of": list(self.one_of)}
        return {key: value for key, value in (("minimum", self.minimum), ("maximum", self.maximum)) if value is not None}


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence as a template with slots (see `statements`), and the ids of the evidence it stands on."""

    template: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is checked: the choice as plain values, reasons, confidence, and what would change it."""

    choice: dict[str, Any]
    because: tuple[Reason, ...]
    confidence: str
    what_would_change_this: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `needs` must be there, `sees` may be (patterns of evidence ids); `basis` names what the rule stands on.

    `check` says what bounds of single fields cannot; `default` is what tools do without looking at data, and `cannot_tell` the
    choice that says so: both are scored by `--evaluate` beside rules and models. `brief` is told to a model with the question.
    """

    name: str
    text: str
    choice: type[Choice]
    needs: tuple[str, ...]
    sees: tuple[str, ...]
    bounds: Callable[[Facts], dict[str, Bound]]
    rule: Callable[[Facts], Answer]
    basis: str
    check: Callable[[Facts, dict[str, Any]], list[str]] | None = None
    default: Callable[[Facts], dict[str, Any]] | None = None
    cannot_tell: Callable[[Facts], dict[str, Any]] | None = None
    brief: str = ""

    def evidence(self, facts: Facts) -> dict[str, Evidence]:
        """The part of the evidence that this question sees; raises `BadInput` when a needed fact is missing."""
        for needed in self.needs:
            if not any(fnmatchcase(name, needed) for name in facts):
                raise BadInput(
                    what=f"question {self.name}",
                    found=f"no evidence '{needed}'",
                    expected="it to be there",
                    next="Run the station before it first.",
                )
        patterns = (*self.needs, *self.sees)
        return {name: fact for name, fact in facts.items() if any(fnmatchcase(name, pattern) for pattern in patterns)}


def plain(choice: Any) -> dict[str, Any]:
    """A choice as plain JSON values, tuples as lists."""
    return {key: _listed(value) for key, value in asdict(choice).items()}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def decimals(facts: Facts, name: str) -> str:
    """The format in which an index from -1 to 1 is shown: two decimals, or two digits where these would hide it."""
    return ".2f" if abs(number(facts, name)) >= 1 / 10 else ".2g"


def text(facts: Facts, name: str, default: str = "") -> str:
    """The value of a fact that is a text, or `default` when it is not there or none."""
    value = facts[name].value if name in facts else default
    return value if isinstance(value, str) else default


def words(facts: Facts, name: str) -> list[str]:
    """The value of a fact that is a list of texts; empty when it is not there or none."""
    value = facts[name].value if name in facts else None
    return value if isinstance(value, list) else []


def true(facts: Facts, name: str) -> bool:
    """Whether a fact is there and true."""
    return name in facts and facts[name].value is True


def questions() -> tuple[str, ...]:
    """Names of all questions about a choice; each is one file of `questions/`."""
    return tuple(sorted(path.stem for path in (Path(__file__).parent / "questions").glob("[a-z]*.py")))


def question(name: str) -> Question:
    """A question by its name; raises `BadUsage` naming the ones there are."""
    if name not in questions():
        raise BadUsage(
            what="question", found=repr(name), expected=f"one of {', '.join(questions())}", next="See `assayline advise --help`."
        )
    found: Question = import_module(f"assayline.advisor.questions.{name}").QUESTION
    return found


def number(facts: Facts, name: str, default: float = 0.0) -> float:
    """The value of a numeric fact, or `default` when it is not there."""
    value = facts[name].value if name in facts else default
    return float(value) if isinstance(value, int | float) else default
