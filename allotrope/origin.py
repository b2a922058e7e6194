"""Where a document came from, as it says itself, and the account of its conversion: what every output states beside its data."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from allotrope.custom import AGGREGATE, CUSTOM

if TYPE_CHECKING:
    from collections.abc import Mapping

LABEL = "source digest"
FATES = ("cells", "mapped", "kept", "ignored")
_SYSTEM = {
    "file name": "source.name",
    "ASM converter name": "converter.name",
    "ASM converter version": "converter.version",
}
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


def origin(asm: Mapping[str, Any]) -> dict[str, str]:
    """Name and digest of the source, name and version of the converter, and the schema, as far as the document states them."""
    facts = {"asm.manifest": asm["$asm.manifest"]} if isinstance(asm.get("$asm.manifest"), str) else {}
    for body in asm.values():
        system = body.get("data system document") if isinstance(body, dict) else None
        if not isinstance(system, dict):
            continue
        facts |= {name: system[key] for key, name in _SYSTEM.items() if isinstance(system.get(key), str)}
        digest = _source_digest(system)
        if isinstance(digest, str) and _DIGEST.fullmatch(digest):
            facts["source.digest"] = digest
    return facts


def _source_digest(system: Mapping[str, Any]) -> Any:
    """The value under the label, in the plain form of custom information or in the standard's own."""
    plain = system.get(CUSTOM)
    if isinstance(plain, dict) and LABEL in plain:
        return plain[LABEL]
    whole = system.get(AGGREGATE)
    entries = whole.get(CUSTOM) if isinstance(whole, dict) else None
    labelled = (item for item in entries or () if isinstance(item, dict) and item.get("datum label") == LABEL)
    return next((item.get("scalar string datum") for item in labelled), None)


def account(ledger: Mapping[str, Any] | None) -> dict[str, int]:
    """What became of the source's cells, and how many findings of each level there were; nothing without a ledger.

    `ledger` is what `Conversion.ledger_json` gives, or a ledger's file holds.
    """
    if ledger is None:
        return {}
    counts = {f"ledger.{fate}": ledger[fate] for fate in FATES if isinstance(ledger.get(fate), int)}
    findings = [finding for finding in ledger.get("findings") or () if isinstance(finding, dict)]
    levels = [str(finding.get("level", "note")) for finding in findings]
    counts["findings"] = len(findings)
    return counts | {f"findings.{level}": levels.count(level) for level in sorted(set(levels))}


def stated(asm: Mapping[str, Any], ledger: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Origin and account as texts, for metadata of tables and sheets."""
    return origin(asm) | {name: str(count) for name, count in account(ledger).items()}


def content_iri(digest: str) -> str:
    """The IRI of a file by its content (RFC 6920), from `sha256:…` in hex."""
    raw = bytes.fromhex(digest.removeprefix("sha256:"))
    return "ni:///sha-256;" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
