"""Questions to a Benchling tenant: lists page by page, schemas, and entities by name; none of them changes anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assayline.notebook.http import Service

PAGE = 100
NAMES = 50
"""How many names one question asks for; the service takes a hundred."""


def pages(service: Service, path: str, kind: str, /, *, sized: bool = True, **query: Any) -> Iterator[dict[str, Any]]:
    """Every item of a paginated list; `sized` says whether the list takes a page size."""
    asked = query | ({"pageSize": PAGE} if sized else {})
    token = ""
    while True:
        body = service.ask(path, asked | ({"nextToken": token} if token else {})).json() or {}
        yield from body.get(kind, [])
        token = body.get("nextToken") or ""
        if not token:
            return


def schemas(service: Service, kind: str) -> dict[str, dict[str, Any]]:
    """The tenant's result schemas (`assay-result-schemas`) or run schemas by id, archived ones left out."""
    camel = re.sub(r"-(\w)", lambda found: found[1].upper(), kind)
    return {item["id"]: item for item in pages(service, f"/{kind}", camel) if not item.get("archiveRecord")}


def named(service: Service, names: Iterable[str], schema: str) -> dict[str, list[str]]:
    """The ids of the live entities of exactly each name, of one schema where one is given.

    The service separates names by commas, so that a name with one is asked for alone.
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    plain = sorted(name for name in found if "," not in name)
    narrowed = {"schemaId": schema} if schema else {}
    asked: list[dict[str, Any]] = [{"name": name} for name in found if "," in name]
    asked += [{"names.anyOf.caseSensitive": ",".join(plain[at : at + NAMES])} for at in range(0, len(plain), NAMES)]
    for query in asked:
        for item in pages(service, "/custom-entities", "customEntities", **(query | narrowed)):
            if item.get("name") in found and not item.get("archiveRecord") and item["id"] not in found[item["name"]]:
                found[item["name"]].append(item["id"])
    return found
