"""What every ASM document has: identifiers, times, device and data-system documents, custom information, and the fillers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from allotrope.calculated import Calculated
from allotrope.record import KEPT, UNREAD

if TYPE_CHECKING:
    from allotrope.source import Source

CUSTOM = "custom information document"
NOT_AVAILABLE = "N/A"
FILLERS = ("sample identifier", "measurement time", "device identifier", "data system instance identifier")
"""Keys that a schema requires and a source may lack: `N/A` for an identifier, the file's date or else its modification time
for a time. Each use is a `filled-required` finding; a measured quantity is never filled."""

Node = dict[str, Any]


@lru_cache(maxsize=4096)
def segments(path: str) -> tuple[tuple[str, bool], ...]:
    """The keys of a path, each with whether it holds a list: a segment before the last that names no document expands, so that
    `device control/device type` means `device control aggregate document/device control document[0]/device type`."""
    *parents, last = path.split("/")
    keys: list[tuple[str, bool]] = []
    for parent in parents:
        if parent.endswith((" document", " list", " cube")):
            keys.append((parent, False))
        else:
            keys += [(f"{parent} aggregate document", False), (f"{parent} document", True)]
    return *keys, (last, False)


def reach(node: Node, path: str) -> Node:
    """The dict that holds the last key of a path, made on the way where it does not exist."""
    for key, is_list in segments(path)[:-1]:
        node = node.setdefault(key, [{}])[0] if is_list else node.setdefault(key, {})
    return node


def put(node: Node, path: str, value: Any, unit: str | None = None) -> None:
    """Set a value (with a unit: a quantity) at a path below a node; None sets nothing; custom information merges."""
    if value is None or value == {}:
        return
    parent = reach(node, path)
    last = path.rpartition("/")[2]
    if last == CUSTOM:
        target = parent.setdefault(CUSTOM, {})
        for label, scalar in value.items():
            name, again = label, 0
            while name in target:
                again += 1
                name = f"{label}.{again}"
            target[name] = scalar
    else:
        parent[last] = value if unit is None else {"value": value, "unit": unit}


def quantity(value: float | None, unit: str) -> Node | None:
    """A quantity value, or None where there is no number."""
    return None if value is None else {"value": value, "unit": unit}


class Group:
    """One technique document (`document`) with its measurement aggregate document (`node`)."""

    def __init__(self, owner: Document) -> None:
        self.owner = owner
        self.node: Node = {}
        self.document: Node = {"measurement aggregate document": self.node}
        self.measurements: list[Node] = []

    def measurement(self, values: Mapping[str, Any] | None = None) -> Node:
        """A new measurement document with its identifier, and values by path; None values are left out."""
        node: Node = {"measurement identifier": self.owner.identifier("measurement")}
        self.measurements.append(node)
        for path, value in (values or {}).items():
            put(node, path, value)
        return node


class Document:
    """An ASM document in the making; paths are relative to a measurement, a group, the device or the data system."""

    def __init__(self, source: Source, technique: str, manifest: str) -> None:
        self.source = source
        self.technique = technique
        self.manifest = manifest
        self.device: Node = {}
        self.system: Node = {}
        self.aggregate: Node = {}
        self.groups: list[Group] = []
        self.calculated = Calculated(self.identifier)
        self._counts: dict[str, int] = {}

    def identifier(self, kind: str) -> str:
        """The next identifier of a kind: a digest of the source's name and content and of the place in the document."""
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        key = f"{kind}/{count}".encode()
        return hashlib.blake2b(key, key=self.source.key, digest_size=16).hexdigest()

    def group(self) -> Group:
        """A new technique document; one that ends without measurements is left out."""
        group = Group(self)
        self.groups.append(group)
        return group

    def finish(self) -> Node:
        """The whole document: fillers where the schema requires a key, unplaced cells kept, empty groups left out."""
        source = self.source
        self._sweep()
        groups = [group for group in self.groups if group.measurements]
        for group in groups:
            group.node["measurement document"] = group.measurements
        body: Node = {f"{self.technique} document": [group.document for group in groups]}
        calculated = self.calculated.finish()
        if calculated:
            body["calculated data aggregate document"] = calculated
        body |= self.aggregate
        stem = source.name.rpartition(".")[0] or source.name
        system = {
            "ASM file identifier": f"{stem}.json",
            "data system instance identifier": None,
            "file name": source.name,
            "UNC path": source.name,
            "ASM converter name": f"assayline/{source.instrument.name}",
            "ASM converter version": source.version,
        }
        body["data system document"] = system | self.system
        body["device system document"] = {"device identifier": None} | self.device
        put(body["data system document"], CUSTOM, {"source digest": f"sha256:{source.digest}"})
        self._fill(body, groups)
        return {"$asm.manifest": f"http://purl.allotrope.org/manifests/{self.manifest}.manifest", f"{self.technique} aggregate document": body}

    def _fill(self, body: Node, groups: list[Group]) -> None:
        for part, key in (("data system document", "data system instance identifier"), ("device system document", "device identifier")):
            if body[part][key] is None:
                body[part][key] = NOT_AVAILABLE
                self.source.filled(key, NOT_AVAILABLE, 1)
        unnamed = untimed = 0
        timed_group = self.source.instrument.time_level == "group"
        when = None
        for group in groups:
            if timed_group and "measurement time" not in group.node:
                when = when or self.source.fallback_time()
                group.node["measurement time"] = when
                untimed += 1
            for node in group.measurements:
                sample = node.setdefault("sample document", {})
                if "sample identifier" not in sample:
                    sample["sample identifier"] = NOT_AVAILABLE
                    unnamed += 1
                if not timed_group and "measurement time" not in node:
                    when = when or self.source.fallback_time()
                    node["measurement time"] = when
                    untimed += 1
        if unnamed:
            self.source.filled("sample identifier", NOT_AVAILABLE, unnamed)
        if untimed and when:
            self.source.filled("measurement time", when, untimed)

    def _sweep(self) -> None:
        """Keep what no mapping has read, verbatim under its address, and say so: nothing is lost to an odd row."""
        kept: dict[str, str] = {}
        for store in self.source.stores:
            store.settle()
            for place, handles in unread_runs(store):
                kept[place] = "\t".join(store.cell(handle).text for handle in handles)
                for handle in handles:
                    store.mark(handle, KEPT)
        if kept:
            put(self.aggregate, CUSTOM, kept)
            first = next(iter(kept))
            self.source.find("kept-unplaced", f"{len(kept)} runs of cells have no place in the mapping and are kept verbatim", first)


def unread_runs(store: Any) -> list[tuple[str, list[int]]]:
    """Unread filled cells of a store, neighbours of one row together: address of the first, and the handles."""
    runs: list[tuple[str, list[int]]] = []
    width = getattr(store, "width", 0)
    last = -2
    position = store.fates.find(UNREAD)
    while position != -1:
        if store.filled(position):
            if width and position == last + 1 and position // width == last // width:
                runs[-1][1].append(position)
            else:
                runs.append((store.where(position), [position]))
            last = position
        position = store.fates.find(UNREAD, position + 1)
    return runs
