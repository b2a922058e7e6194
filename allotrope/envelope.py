"""What every ASM document has: identifiers, times, device and data-system documents, custom information, and the fillers."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from allotrope.calculated import Calculated
from allotrope.custom import CUSTOM as CUSTOM
from allotrope.custom import standardise
from allotrope.labels import free
from allotrope.record import KEPT
from allotrope.said import Said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allotrope.record import Store
    from allotrope.schema import Shape
    from allotrope.source import Source
    from allotrope.technique import Technique

ERRORS = "error aggregate document"
NOT_AVAILABLE = "N/A"
"""The filler of an identifier that the schema requires and the source lacks (`technique.py` lists which). A time is filled with
the file's modification time. Each use is a `filled-required` finding; `required.py` has the
one rule for quantities."""
Node = dict[str, Any]


@lru_cache(maxsize=4096)
def segments(path: str) -> tuple[tuple[str, bool], ...]:
    """The keys of a path, each with whether it holds a list.

    A segment before the last that names no document expands: `device control/device type` means
    `device control aggregate document/device control document[0]/device type`.
    """
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
    parent, last = (reach(node, path), path.rpartition("/")[2]) if "/" in path else (node, path)
    if last == CUSTOM:
        target = parent.setdefault(CUSTOM, {})
        for label, scalar in value.items():
            target[free(label, target)] = scalar
    else:
        parent[last] = value if unit is None else {"value": value, "unit": unit}


def quantity(value: float | None, unit: str) -> Node | None:
    """A quantity value, or None where there is no number."""
    return None if value is None else {"value": value, "unit": unit}


def add_error(node: Node, message: str | None, feature: str | None = None) -> None:
    """Add an error document to a measurement (or to another node that may hold one); None adds nothing."""
    if message:
        errors = node.setdefault(ERRORS, {}).setdefault("error document", [])
        errors.append({"error": message} | ({"error feature": feature} if feature else {}))


class Identifiers:
    """The identifiers of one document, given in order, each a digest of the source (`key`) and of its place among its kind."""

    def __init__(self, key: bytes) -> None:
        self._digest = hashlib.blake2b(key=key, digest_size=16)
        self._counts: dict[str, int] = {}

    def __call__(self, kind: str) -> str:
        """The next identifier of a kind."""
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        digest = self._digest.copy()
        digest.update(f"{kind}/{count}".encode())
        return digest.hexdigest()


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

    def __init__(self, source: Source, technique: Technique, manifest: str) -> None:
        self.source = source
        self.technique = technique
        self.manifest = manifest
        self.device: Node = {}
        self.system: Node = {}
        self.aggregate: Node = {}
        self.groups: list[Group] = []
        self.said = Said(source)
        self.identifier = Identifiers(source.key)
        self.calculated = Calculated(self.identifier, technique.result)
        self._filled: dict[tuple[str, str], int] = {}
        self._nobody = False

    def group(self) -> Group:
        """A new technique document; one that ends without measurements is left out."""
        group = Group(self)
        self.groups.append(group)
        return group

    def fill(self, node: Node, key: str, filler: str = NOT_AVAILABLE) -> None:
        """Fill a key that the schema requires where the node lacks it, and count it for the finding `filled-required`."""
        if key not in node:
            node[key] = filler
            self._filled[key, filler] = self._filled.get((key, filler), 0) + 1

    def analyst(self, group: Group, instrument: str) -> None:
        """Name the instrument as the analyst where its software has no users, as the reference does; said once."""
        if not self._nobody:
            self.source.find("analyst-unknown", f"the software names no analyst; {instrument!r}, the instrument, stands in")
        self._nobody = True
        group.document["analyst"] = instrument

    def finish(self) -> Node:
        """The whole document, once: fillers where the schema requires a key, unplaced cells kept, empty groups left out.

        Raises Empty where there is no measurement at all.
        """
        from allotrope.schema import shape

        self._sweep()
        groups = [group for group in self.groups if group.measurements]
        if not groups:
            raise self.source.empty("the whole file", "nothing that makes a measurement", "at least one measurement")
        for group in groups:
            group.node["measurement document"] = group.measurements
        self._keep_loose()
        name = self.technique.name
        body: Node = {f"{name} document": [group.document for group in groups]}
        calculated = self.calculated.finish()
        if calculated:
            body["calculated data aggregate document"] = calculated
        body |= self.aggregate
        manifest = f"http://purl.allotrope.org/manifests/{self.manifest}.manifest"
        top = shape(manifest).child(f"{name} aggregate document")
        body["data system document"] = self._system(top)
        body["device system document"] = self._device()
        self._fill(body, groups)
        for (key, filler), count in self._filled.items():
            self.source.filled(key, filler, count)
        self._errors(groups)
        standardise(body, top)
        self.groups.clear()  # they name their document: a circle that would hold all cells until the next collection
        return {"$asm.manifest": manifest, f"{name} aggregate document": body}

    def _device(self) -> Node:
        """The device-system document: what the file says of the device, and what the laboratory's settings say of it."""
        device = {key: value for key, value in self.device.items() if value is not None}
        source = self.source
        if source.device:
            stated = device.get("device identifier")
            if stated not in (None, source.device):
                put(device, CUSTOM, {"device identifier in the file": stated})
            device["device identifier"] = source.device
            source.find("device-given", f"the device identifier {source.device!r} was given by the settings, not by the file")
        if source.owner:
            put(device, CUSTOM, {"owner": source.owner})
        return device

    def _system(self, top: Shape | None) -> Node:
        """The data-system document: facts of file and converter, as far as this release of the schema knows them."""
        source = self.source
        stem = source.name.rpartition(".")[0] or source.name
        facts = {
            "ASM file identifier": f"{stem}.json",
            "file name": source.name,
            "UNC path": source.name,
            "ASM converter name": f"assayline/{source.instrument.name}",
            "ASM converter version": source.version,
        }
        place = top.child("data system document") if top is not None else None
        known = place.known if place is not None else frozenset(facts)
        system = {key: value for key, value in facts.items() if key in known}
        system |= {key: value for key, value in self.system.items() if value is not None}
        put(system, CUSTOM, {"source digest": f"sha256:{source.digest}"})
        return system

    def _fill(self, body: Node, groups: list[Group]) -> None:
        """Fill what the technique's schema requires and the source lacks."""
        technique = self.technique
        for place, keys in (("data system document", technique.system), ("device system document", technique.device)):
            for key in keys:
                self.fill(body[place], key)
        when = ""
        for group in groups:
            for key in technique.document:
                self.fill(group.document, key)
            for key in technique.group:
                self.fill(group.node, key)
            if technique.timed and technique.time == "group" and "measurement time" not in group.node:
                when = when or self.source.fallback_time()
                self.fill(group.node, "measurement time", when)
            if technique.plate and not group.node.get("plate well count"):
                self._no_count(group.node)
            for node in group.measurements:
                sample = node.setdefault("sample document", {})
                for key in technique.sample:
                    self.fill(sample, key)
                if technique.timed and technique.time == "measurement" and "measurement time" not in node:
                    when = when or self.source.fallback_time()
                    self.fill(node, "measurement time", when)
                if technique.control:
                    control = node["device control aggregate document"]["device control document"]
                    for part in control:
                        for key in technique.control:
                            self.fill(part, key)

    def _keep_loose(self) -> None:
        """Keep calculated values that stand on nothing measured, since the schema knows none without a source."""
        for name, value in self.calculated.loose:
            put(self.aggregate, CUSTOM, {name: value})
        if self.calculated.loose:
            count, first = len(self.calculated.loose), self.calculated.loose[0][0]
            message = f"{count} calculated values stand on nothing that was measured, first {first!r}; kept as custom information"
            self.source.find("calculated-without-source", message, level="warning")

    def _errors(self, groups: list[Group]) -> None:
        """Say how many measurements carry errors: what the instrument could not measure, or a cell that is no number."""
        stated = [node[ERRORS] for group in groups for node in group.measurements if ERRORS in node]
        if stated:
            first = stated[0]["error document"][0]
            of = f" ({first['error feature']})" if "error feature" in first else ""
            self.source.find("with-errors", f"{len(stated)} measurements carry errors, first {first['error'].strip()[:60]!r}{of}")

    def _no_count(self, node: Node) -> None:
        """A plate of which nothing tells how many wells it has: the quantity without a result."""
        from allotrope.required import measured

        measured(self, node, "plate well count", None, "#")

    def _sweep(self) -> None:
        """Keep what no mapping has read, verbatim under its address, and say so: nothing is lost to an odd row."""
        places: list[str] = []
        for store in self.source.stores:
            store.settle()
            for place, handles in unread_runs(store):
                places.append(place)
                put(self.aggregate, CUSTOM, {place: "\t".join(store.cell(handle).text for handle in handles)})
                for handle in handles:
                    store.mark(handle, KEPT)
        if places:
            self.source.find(
                "kept-unplaced", f"{len(places)} runs of cells have no place in the mapping and are kept verbatim", places[0]
            )


def unread_runs(store: Store) -> list[tuple[str, list[int]]]:
    """Unread filled cells of a store, neighbours of one row together: address of the first, and the handles."""
    runs: list[tuple[str, list[int]]] = []
    width, last = getattr(store, "width", 0), -2
    for handle in store.unread():
        if width and handle == last + 1 and handle % width:
            runs[-1][1].append(handle)
        else:
            runs.append((store.where(handle), [handle]))
        last = handle
    return runs
