"""What must be read with clinical or regulatory wording, and which verdicts of that kind only evidence may give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assayline.advisor.unsupported import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assayline.evidence import Evidence

CLINICAL = re.compile(
    r"\b(patients?|diagnos\w*|prognos\w*|therap\w*|clinical\w*|diseases?|pathogenic|biomarkers?|dos(?:e|es|age|ing)|malignan\w*|"
    r"tumou?rs?|cancers?|toxic\w*|symptom\w*)\b",
    re.IGNORECASE,
)
REGULATORY = re.compile(
    r"\b(GMP|GLP|GCP|FDA|EMA|ICH|release (?:tests?|criteri\w*|specifications?)|(?:lot|batch) release|complian\w*|validat\w*|"
    r"specifications?|certif\w*|approv\w*|safety|efficacy|potency|out[- ]of[- ]specification|acceptance criteri\w*)\b"
)
VERDICTS = re.compile(
    r"\b(approved|compliant|complies|certified|fit for (?:use|release|purpose)|is safe|are safe|is effective|are effective|"
    r"diagnosed|diagnostic of|malignant|benign|pathogenic|infected|meets? (?:the |its )?(?:specification|criteri\w*)|"
    r"(?:positive|negative) for|responds? to|resistant|sensitive to|validated)\b",
    re.IGNORECASE,
)
ON_CLINICAL = (
    "For research: these data were not taken or checked for diagnosis or treatment, and nothing here may be used for either "
    "without a validated test and a qualified person."
)
ON_REGULATORY = (
    "Not a decision on release or compliance: that needs the approved specification, validated methods and whoever is "
    "responsible."
)


def caveat(text: str) -> str:
    """The caveat of a sentence; empty when its words are neither clinical nor regulatory."""
    found = [words for pattern, words in ((CLINICAL, ON_CLINICAL), (REGULATORY, ON_REGULATORY)) if pattern.search(text)]
    return " ".join(found)


def check_verdicts(plain: str, evidence: Iterable[Evidence]) -> None:
    """Refuse a clinical or regulatory verdict that the cited evidence does not hold word for word."""
    said = " ".join(f"{fact.what} {fact.value}" for fact in evidence).casefold()
    for match in VERDICTS.finditer(plain):
        if match[0].casefold() not in said:
            raise Unsupported(reason=f"the verdict '{match[0]}' is not in the evidence it cites")
