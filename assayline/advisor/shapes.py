"""The shapes of answers as pydantic models, made only when a model is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assayline.advisor.question import Question


Confidence = Literal["high", "medium", "low"]


def choice_shape(question: Question) -> type[BaseModel]:
    """The answer to a question about a choice; types are checked here, bounds by the code that knows the evidence."""
    from pydantic import BaseModel, ConfigDict, create_model

    class Reason(BaseModel):
        """One reason: a template with slots, and the evidence it stands on."""

        model_config = ConfigDict(extra="forbid")
        template: str
        evidence: list[str]

    optional: Any = question.choice | None
    return create_model(
        "Answer",
        __config__=ConfigDict(extra="forbid"),
        choice=(optional, ...),
        because=(list[Reason], ...),
        confidence=(Confidence, ...),
        what_would_change_this=(str, ...),
    )


def interpretation_shape() -> type[BaseModel]:
    """The answer to the question for an interpretation."""
    from pydantic import BaseModel, ConfigDict

    class Statement(BaseModel):
        """One statement: a template with slots, the evidence it stands on, how sure it is, and what would change it."""

        model_config = ConfigDict(extra="forbid")
        template: str
        evidence: list[str]
        confidence: Confidence
        what_would_change_this: str = ""

    class Interpretation(BaseModel):
        """Statements, the most important first, and what the data cannot tell."""

        model_config = ConfigDict(extra="forbid")
        statements: list[Statement]
        limits: list[str]

    return Interpretation
