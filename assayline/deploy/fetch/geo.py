"""GEO through NCBI's E-utilities: a series or sample becomes accessions of reads, and BioSamples tell conditions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.deploy.errors import FetchRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assayline.deploy.fetch.portal import Portal

AT_ONCE = 100
DEEP = 3


@dataclass(slots=True)
class Geo:
    """Accessions of reads that hold the data, and the GEO samples wanted: accession → title."""

    reads: list[str] = field(default_factory=list)
    samples: dict[str, str] = field(default_factory=dict)


def resolve(portal: Portal, accession: str, depth: int = 0) -> Geo:
    """The reads of a GEO series or sample; raises FetchRefused when there is none or it has no public reads."""
    entry = _summary(portal, accession)
    found = Geo()
    relations = [item for item in entry.get("extrelations") or [] if isinstance(item, dict)]
    found.reads = [
        str(item["targetobject"]) for item in relations if item.get("relationtype") == "SRA" and item.get("targetobject")
    ]
    if accession.startswith("GSM"):
        found.samples[accession] = str(entry.get("title", ""))
    for item in entry.get("samples") or []:
        found.samples[str(item.get("accession", ""))] = str(item.get("title", ""))
    for item in relations:
        if item.get("relationtype") == "SuperSeries of" and depth < DEEP:
            part = resolve(portal, str(item["targetobject"]), depth + 1)
            found.reads += part.reads
            found.samples |= part.samples
    if not found.reads and entry.get("bioproject"):
        found.reads = [str(entry["bioproject"])]
    if not found.reads:
        raise FetchRefused(
            what=accession,
            found="no reads in the archive",
            expected="a series or sample whose reads are public",
            next="Ask its authors, or wait for the release.",
        )
    return found


def _summary(portal: Portal, accession: str) -> dict[str, Any]:
    """The record of one accession; raises FetchRefused when there is none."""
    asked = _body(portal.entrez("esearch", db="gds", term=f"{accession}[ACCN]", retmode="json").body, accession)
    ids = (asked.get("esearchresult") or {}).get("idlist") or []
    if ids:
        body = _body(portal.entrez("esummary", db="gds", id=",".join(map(str, ids)), retmode="json").body, accession)
        for name in (body.get("result") or {}).get("uids") or []:
            entry = body["result"].get(name)
            if isinstance(entry, dict) and entry.get("accession") == accession:
                return entry
    raise FetchRefused(what=accession, found="nothing in GEO", expected="a public series or sample", next="Check the accession.")


def _body(raw: bytes, accession: str) -> dict[str, Any]:
    """The JSON object of an answer."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        found = f"an answer that is no JSON ({raw[:60]!r})"
        raise FetchRefused(what=f"NCBI: {accession}", found=found, expected="JSON", next="Try again later.") from error
    return body if isinstance(body, dict) else {}


def attributes(portal: Portal, biosamples: Iterable[str]) -> dict[str, dict[str, str]]:
    """BioSample → attribute → value, as their authors described them; those that NCBI does not know are absent."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    wanted, found = sorted(set(filter(None, biosamples))), dict[str, dict[str, str]]()
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        term = " OR ".join(f"{name}[ACCN]" for name in part)
        asked = _body(portal.entrez("esearch", db="biosample", term=term, retmax=str(AT_ONCE * 2), retmode="json").body, part[0])
        ids = (asked.get("esearchresult") or {}).get("idlist") or []
        if not ids:
            continue
        try:
            root = fromstring(portal.entrez("efetch", db="biosample", id=",".join(map(str, ids)), retmode="xml").body)
        except (ParseError, DefusedXmlException) as error:
            raise FetchRefused(
                what=f"NCBI: {part[0]}", found=f"no XML ({error})", expected="BioSamples", next="Try again later."
            ) from error
        for node in root.iter("BioSample"):
            pairs = {
                str(item.get("harmonized_name") or item.get("attribute_name")): (item.text or "").strip()
                for item in node.iter("Attribute")
            }
            found[str(node.get("accession"))] = {name: value for name, value in pairs.items() if value}
    return found
