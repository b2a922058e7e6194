"""The services that are asked and the hosts from which files may come; every address can be set by the environment."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assayline.deploy.errors import FetchRefused
from assayline.notebook.errors import ServiceRefused
from assayline.notebook.http import LOOPBACK, Answer, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
ENA = "https://www.ebi.ac.uk/ena/portal/api"
HOSTS = ("ftp.sra.ebi.ac.uk", "ftp.ebi.ac.uk", "ftp.ncbi.nlm.nih.gov")
"""Hosts of the archives; others must be allowed by name."""

KEY = "NCBI_API_KEY"
VARIABLES = {"eutils": "ASSAYLINE_EUTILS", "ena": "ASSAYLINE_ENA"}
SLOW = 0.34
"""Seconds between questions to NCBI, which allows three a second without a key."""


@dataclass(slots=True)
class Portal:
    """Addresses of NCBI's E-utilities and ENA's portal, allowed hosts, and how patient to be: times in seconds."""

    eutils: str = field(default_factory=lambda: os.environ.get(VARIABLES["eutils"], EUTILS))
    ena: str = field(default_factory=lambda: os.environ.get(VARIABLES["ena"], ENA))
    allow: tuple[str, ...] = ()
    timeout: float = 60.0
    tries: int = 6
    pause: float = 1.0
    gap: float = SLOW

    def entrez(self, tool: str, **query: str) -> Answer:
        """Ask one of NCBI's E-utilities; a key from the environment goes along and is told nobody."""
        query |= {"tool": "assayline"}
        if os.environ.get(KEY):
            query["api_key"] = os.environ[KEY]
        time.sleep(0 if _local(self.eutils) else self.gap)
        return self._ask("NCBI", self.eutils, f"/{tool}.fcgi", query)

    def report(self, accession: str, fields: str) -> str:
        """ENA's table of the runs of an accession, as text with tabs; empty when it knows none."""
        query = {"accession": accession, "result": "read_run", "fields": fields, "format": "tsv", "limit": "0"}
        return self._ask("ENA", self.ena, "/filereport", query).body.decode("utf-8", "replace")

    def _ask(self, name: str, base: str, path: str, query: Mapping[str, Any]) -> Answer:
        service = Service(name, base, lambda _fresh: {}, self.timeout, self.tries, self.pause)
        try:
            return service.ask(path, query)
        except ServiceRefused as error:
            accession = query.get("accession") or query.get("term") or query.get("id")
            raise FetchRefused(
                what=f"{name}: {accession}",
                found=f"status {error.facts.get('status_code')}: {error.facts.get('found')}",
                expected="an accession that it knows",
                next="Check the accession.",
            ) from error

    def address(self, said: str) -> str:
        """The address of a file as the portal names it (mostly without a scheme): https on an allowed host, else FetchRefused."""
        text = re.sub(r"^(?:ftp|https?)://", "", said.strip())
        host = urlsplit(f"//{text}").hostname or ""
        local = host in LOOPBACK and (_local(self.ena) or host in self.allow)
        if not local and host not in (*HOSTS, *self.allow):
            raise FetchRefused(
                what=said,
                found=f"the host '{host}'",
                expected=f"one of {', '.join((*HOSTS, *self.allow))}",
                next="Allow it with --allow HOST if you trust it.",
            )
        return f"{'http' if local else 'https'}://{text}"


def _local(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK
