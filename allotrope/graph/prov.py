"""The origin of a document as statements in the terms of PROV-O: its source, its converter, and the account of the conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.graph import terms
from allotrope.graph.terms import Triple
from allotrope.origin import account, content_iri, origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def prov(base: str, asm: Mapping[str, Any], ledger: Mapping[str, Any] | None = None) -> Iterator[Triple]:
    """The document was derived from its source by a conversion of the converter; the ledger's counts are results of that."""
    facts, counts = origin(asm), account(ledger)
    work, agent = f"{base}#conversion", f"{base}#converter"
    source = content_iri(facts["source.digest"]) if "source.digest" in facts else ""
    if source:
        yield Triple(base, terms.DERIVED, source)
    if not (source or "converter.name" in facts or counts):
        return
    yield Triple(base, terms.GENERATED, work)
    yield Triple(work, terms.TYPE, terms.ACTIVITY)
    if source:
        yield Triple(work, terms.USED, source)
    if "converter.name" in facts:
        yield Triple(work, terms.ASSOCIATED, agent)
        yield Triple(agent, terms.TYPE, terms.SOFTWARE)
        label = " ".join(facts[key] for key in ("converter.name", "converter.version") if key in facts)
        yield Triple(agent, terms.LABEL, label, terms.STRING)
    if source and "source.name" in facts:
        yield Triple(source, terms.LABEL, facts["source.name"], terms.STRING)
    for name, count in counts.items():
        node = f"{work}.{name}"
        yield Triple(node, terms.GENERATED, work)
        yield Triple(node, terms.LABEL, name, terms.STRING)
        yield Triple(node, terms.PROV_VALUE, str(count), terms.INTEGER)
