"""Links of an eLabFTW experiment: to the resources that its samples are, and to the experiments of the entries it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.notebook.entry import Entry
    from assayline.notebook.http import Service

PAGE = 30
KINDS = {"sample": "items", "entry": "experiments"}
"""What a link of an entry is in eLabFTW; a link to a run is text in the body."""


def links_step(service: Service, entry: Entry) -> Step:
    """The step that makes the links that are missing; its result names what has no counterpart there, or several.

    A sample's counterpart is the one resource whose title is its name, an entry's the one experiment that holds its identifier.
    Nothing is guessed: without exactly one the name stays in the body as text.
    """

    def wanted() -> tuple[set[tuple[str, int]], list[str]]:
        found, left = set(), []
        for link in entry.links:
            kind = KINDS.get(link.kind)
            if kind is None:
                continue
            ids = sorted(counterparts(service, kind, link.target))
            if len(ids) == 1:
                found.add((kind, ids[0]))
            else:
                left.append(f"{link.kind} '{link.target}': {len(ids) or 'no'} {kind} of eLabFTW fit")
        return found, left

    def there(number: int) -> set[tuple[str, int]]:
        return {
            (kind, int(item["entityid"]))
            for kind in KINDS.values()
            for item in service.ask(f"/experiments/{number}/{kind}_links").json() or []
        }

    def find(done: Done) -> dict[str, Any] | None:
        found, left = wanted()
        return result(left) if found <= there(done["experiment"]["id"]) else None

    def send(done: Done) -> dict[str, Any]:
        number = done["experiment"]["id"]
        found, left = wanted()
        for kind, target in sorted(found - there(number)):
            service.tell("POST", f"/experiments/{number}/{kind}_links/{target}", {"action": "create"})
        return result(left)

    targets = [f"{link.kind} {link.target}" for link in entry.links if link.kind in KINDS]
    return Step("links", find, send, {"request": "POST /experiments/{id}/{kind}_links/{target}", "body": {"links": targets}})


def result(left: list[str]) -> dict[str, Any]:
    """What the step leaves: a note of the links that could not be made."""
    return {"note": "not linked: " + "; ".join(left)} if left else {}


def counterparts(service: Service, kind: str, target: str) -> set[int]:
    """The numbers of the live records that a link means."""
    found = set()
    for item in searched(service, kind, target):
        exact = item.get("title") == target if kind == "items" else f"assayline entry {target}" in str(item.get("body", ""))
        if exact and item.get("state", 1) == 1:
            found.add(int(item["id"]))
    return found


def searched(service: Service, kind: str, words: str, **more: Any) -> Iterator[dict[str, Any]]:
    """Every record that a search finds, page by page."""
    offset = 0
    while True:
        query = {"q": words, "scope": 3, "full": 1, "limit": PAGE, "offset": offset} | more
        page = service.ask(f"/{kind}", query).json() or []
        yield from page
        offset += PAGE
        if len(page) < PAGE:
            return
