"""Who a sentence is about: a value stands beside the name of its own sample or cluster, never beside another's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assayline.advisor.unsupported import Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assayline.advisor.pseudonym import Pseudonyms
    from assayline.evidence import Evidence

SLOTS = re.compile(r"\{[^{}]*\}")
END = re.compile(r"[.;!?](?=\s)")
NUMBERED = re.compile(r"((?:[a-z_]+\.)+[a-z]+)\d+\.")
"""The start of ids that number what they are about, as `clusters.c0.`; it counts where the number has a name of its own."""
Mention = tuple[int, str, str, bool]
"""Place in the template, kind (sample, cluster), name, and whether it is named here (else a value of it is shown)."""


def check_subjects(
    slots: list[tuple[int, str, str | None]],
    template: str,
    known: Mapping[str, Evidence],
    names: Pseudonyms | None,
    cited: set[str],
) -> None:
    """Refuse values beside another's name, and names of which nothing is cited; slots are place, evidence id, `@` word."""
    found = [mention for slot in slots for mention in _mentions(*slot, known)]
    found += [*_spelled(template, known, names, cited), *_marked(template, known)]
    ends = [match.start() for match in END.finditer(template)]
    for kind in {kind for _, kind, _, named in found if named}:
        last = ""
        for sentence in _by_sentence(sorted(item for item in found if item[1] == kind), ends):
            last = _check_sentence(kind, sentence, last)


def _by_sentence(mentions: list[Mention], ends: list[int]) -> list[list[Mention]]:
    """Mentions parted where sentences end."""
    found: dict[int, list[Mention]] = {}
    for mention in mentions:
        found.setdefault(sum(end < mention[0] for end in ends), []).append(mention)
    return [found[number] for number in sorted(found)]


def _check_sentence(kind: str, mentions: list[Mention], last: str) -> str:
    """Every stretch about one name names it, or nobody is named and it goes on about the last one; gives the last name."""
    runs: list[tuple[str, set[bool]]] = []
    for _, _, name, named in mentions:
        if runs and runs[-1][0] == name:
            runs[-1][1].add(named)
        else:
            runs.append((name, {named}))
    anybody = any(True in marks for _, marks in runs)
    for name, marks in runs:
        if marks == {False} and (anybody or last not in ("", name)):
            raise Unsupported(reason=f"shows a value of another {_word(kind)} than the one it names ({name.rstrip('.')!r})")
    return runs[-1][0] if anybody else last


def _word(kind: str) -> str:
    """A kind as a word: `cluster` of `clusters.c`."""
    return kind.partition(".")[0].removesuffix("s")


def _mentions(place: int, name: str, about: str | None, known: Mapping[str, Evidence]) -> list[Mention]:
    fact = known[name]
    if about == "unit":
        return []
    if about:
        return [(place, about, fact.about.get(about, ""), True)]
    own = [(place, kind, who, fact.value == who) for kind, who in fact.about.items()]
    group = NUMBERED.match(name)
    if group and f"{group[0]}name" in known and "cluster" not in fact.about:
        own.append((place, group[1], group[0], name == f"{group[0]}name"))
    return own


def _marked(template: str, known: Mapping[str, Evidence]) -> list[Mention]:
    """Marker genes written out in the prose, as values of the only cluster that they mark."""
    owners: dict[str, set[str]] = {}
    for name, fact in known.items():
        if name.endswith(".top") and isinstance(fact.value, list) and NUMBERED.match(name):
            for gene in fact.value:
                owners.setdefault(gene, set()).add(name.removesuffix("top"))
    found = []
    for match in re.finditer(r"(?<![\w{.-])[A-Za-z][\w-]+(?![\w}])", SLOTS.sub(lambda slot: " " * len(slot[0]), template)):
        if len(of := owners.get(match[0], set())) == 1:
            (group,) = of
            kind = NUMBERED.match(group)
            found.append((match.start(), kind[1] if kind else "", group, False))
    return found


def _spelled(template: str, known: Mapping[str, Evidence], names: Pseudonyms | None, cited: set[str]) -> list[Mention]:
    """Names written out in the prose; each must belong to evidence that the sentence cites."""
    if names is None or not names.names:
        return []
    kinds = {who: kind for fact in known.values() for kind, who in fact.about.items()}
    own = {who for name in cited for who in known[name].about.values()}
    table = {pseudonym: who for who, pseudonym in names.names.items()} | {who: who for who in names.names}
    pattern = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    found = []
    prose = SLOTS.sub(lambda slot: " " * len(slot[0]), template)
    for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", prose):
        who = table[match[0]]
        if cited and who not in own:
            raise Unsupported(reason=f"names '{names.names[who]}' without evidence about it")
        found.append((match.start(), kinds.get(who, "name"), who, True))
    invented = re.search(
        rf"(?<![\w-])({'|'.join({re.escape(word.rpartition('-')[0]) for word in names.names.values()})})-[A-Z]+\b", template
    )
    if invented and invented[0] not in table:
        raise Unsupported(reason=f"no '{invented[0]}' in the evidence")
    return found
