"""Makes the run files of this folder: OLE compound files as the control software writes them, with invented sensorgrams.

`two_flow_cells.blr` is a manual run; `kinetics_as_entered.blr` a wizard's, with a start-up cycle that has no report points and
two of one sample, in the last of which the difference of two flow cells is stored with its times.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, SMALL = 512, 64
Tree = dict[str, "bytes | Tree"]


def curve(values: list[float]) -> bytes:
    """A segment: eleven words of header, then the responses as 32-bit floats."""
    head = struct.pack("<2i4dI", 1, 1, 1.0, 1.0, 0.0, 1.0, len(values))
    return head + struct.pack(f"<{len(values)}f", *values)


def timed(times: list[float], values: list[float]) -> bytes:
    """Times and responses of a calculated curve: three words of header, then both as 32-bit floats."""
    return struct.pack(f"<3f{2 * len(values)}f", 0.0, 0.0, 0.0, *times, *values)


WIZARD = """<?xml version="1.0" encoding="utf-8"?>
<Template>
<Properties><TypeName>Kinetics/Affinity</TypeName><User>rui</User><HtmlPreview>Samples

Run order\xa0As entered

Sample id  MW  Conc.
1  mAb  150000  12,5
2  mAb  150000  25\xa0
\xa0End</HtmlPreview></Properties>
<xmlBag name="_Positions"><string key="Cycle0@sample_pos" value="R2 F1"/><string key="Cycle1@sample_pos" value="R1 A1"/>
<string key="Cycle2@sample_pos" value="R1 A1"/><string key="Cycle0@regeneration_pos" value="R2 F3"/></xmlBag>
<xmlBag name="_PositionOrder"><string key="running buffer&#10;Startup&#10;R2 F1" value="1"/>
<string key="mAb&#10;Sample&#10;R1 A1" value="2"/></xmlBag>
</Template>
"""
POINT = "Cycle Fc DiodeRow Time Window AbsResp SD Slope LRSD Min Max RelResp Id Quality Baseline AssayStep AssayStepPurpose"


def kinetics() -> Tree:
    """Storages and streams of a kinetics wizard's run of three cycles, each on one flow cell."""
    environment = (
        "Application=Biacore T200 Control Software\nVersion=2.0.1\nRunTypeId=Wizard\nInstrumentId=4711\n"
        "ProcessingUnit=Biacore T200\nTimestamp=45418.375\nEndTime=45418.4\nTemplateFile=kinetics.bme\n"
    )
    chip = "Name=CM5\nDisplayName=CM5\nId=K-17\nLotNo=98765\nFirstDockDate=45417.5\nNoFcs=2\nNoSpots=1\n"
    points = ["\t".join([*POINT.split(), "Buffer", "Procedure"])]
    points += [
        f"{cycle}\t2\t19\t4\t5\t{20000 + cycle}\t0.3\t0.05\t0.28\t1\t9\t38.5\tbinding\t1\tNo\tSample\tNone\tHBS\tC:\\run"
        for cycle in (2, 3)
    ]
    tree: Tree = {
        "\x03BIA application info": b"BIACOR~1.EX 0.0\x00",
        "Chip": chip.encode(),
        "Environment": environment.encode(),
        "RPoint Table": ("\n".join(points) + "\n").encode(),
        "AppData": {"ApplicationTemplate": WIZARD.encode()},
    }
    for cycle in (1, 2, 3):
        curve_2: Tree = {"Labels": b"Sensorgram Fc=2\nTime\ns\nResponse\nRU\n", "Segment 1": curve([20000.0, 20000.0 + cycle])}
        tree[f"_Cycle {cycle}"] = {"_Window 1": {"_Curve 1": curve_2}}
    both: Tree = {
        "_Curve 1": {"Labels": b"Sensorgram Fc=1\nTime\ns\nResponse\nRU\n", "Segment 1": curve([19000.0, 19001.5])},
        "_Curve 2": curve_2,
        "_Curve 3": {"Labels": b"Sensorgram Fc=2-1\nTime\ns\nResponse\nRU\n", "XYData": timed([0.25, 0.5], [1000.0, 1001.5])},
    }
    tree["_Cycle 3"] = {"_Window 1": both}
    return tree


def content() -> Tree:
    """Storages and streams of a run of one cycle."""
    environment = (
        "Application=Biacore T200 Control Software\nVersion=2.0.1\nRunTypeId=ManualRun\nInstrumentId=4711\n"
        "ProcessingUnit=Biacore T200\nTimestamp=45418.375\nEndTime=45418.4\nOSVersion=10\nVacuumUnitErrors=0\n"
    )
    chip = "Name=CM5\nDisplayName=CM5\nId=K-17\nLotNo=98765\nFirstDockDate=45417.5\nNoFcs=2\nNoSpots=1\n"
    labels = (
        "Cycle",
        "Fc",
        "Aprog",
        "DiodeRow",
        "Time",
        "Window",
        "AbsResp",
        "SD",
        "Slope",
        "LRSD",
        "Quality",
        "Baseline",
        "RelResp",
        "Id",
    )
    rows = [
        labels,
        ("1", "1", "Cycle", "10", "2", "5", "20010.5", "0.2", "0.01", "0.19", "1", "Yes", "0", "baseline_1"),
        ("1", "2", "Cycle", "19", "4", "5", "20561.25", "0.3", "0.05", "0.28", "1", "No", "38.5", "binding_1"),
    ]
    points = "".join("\t".join(row) + "\n" for row in rows)

    def one(cell: int, values: list[float]) -> Tree:
        return {"Labels": f"Sensorgram Fc={cell}\nTime\ns\nResponse\nRU\n".encode(), "Segment 1": curve(values)}

    window: Tree = {
        "Properties": b"Caption=\nTitle=Sensorgram\n",
        "_Curve 1": one(1, [20010.5, 20010.75, 20011.0, 20011.25]),
        "_Curve 2": one(2, [20522.75, 20530.0, 20552.5, 20561.25]),
    }
    return {
        "\x03BIA application info": b"BIACOR~1.EX 0.0\x00",
        "Chip": chip.encode(),
        "Environment": environment.encode(),
        "RPoint Table": points.encode(),
        "_Cycle 1": {"EventLog": b"2\nF0;85;t25\n", "_Window 1": window},
    }


class Compound:
    """A compound file of version 3 in the making; every stream is shorter than 4096 bytes and lies in the mini stream."""

    def __init__(self, tree: Tree) -> None:
        self.entries: list[list[object]] = [["Root Entry", 5, FREE, FREE, 0, 0]]
        self.mini, self.chains = bytearray(), list[int]()
        self.entries[0][3] = self.add(tree)

    def add(self, tree: Tree) -> int:
        """Add the members of a storage, each the right sibling of the one before; the index of the first."""
        names = sorted(tree, key=lambda name: (len(name), name.upper()))
        places = []
        for name in names:
            places.append(len(self.entries))
            self.entries.append([name, 2, FREE, FREE, END, 0])
            body = tree[name]
            entry = self.entries[-1]
            if isinstance(body, dict):
                entry[1], entry[4] = 1, 0
                entry[3] = self.add(body)
            else:
                entry[4], entry[5] = self.store(body), len(body)
        for place, after in pairwise(places):
            self.entries[place][2] = after
        return places[0]

    def store(self, body: bytes) -> int:
        """Put a stream into the mini stream; the number of its first mini sector."""
        first, count = len(self.chains), -(-len(body) // SMALL)
        self.mini += body.ljust(count * SMALL, b"\x00")
        self.chains += [first + at + 1 for at in range(count - 1)] + [END]
        return first

    def directory(self, start: int) -> bytes:
        """The directory entries; the root's stream is the mini stream."""
        self.entries[0][4], self.entries[0][5] = start, len(self.mini)
        made = bytearray()
        for name, kind, right, child, first, size in self.entries:
            text = str(name).encode("utf-16-le") + b"\x00\x00"
            made += text.ljust(64, b"\x00") + struct.pack("<HBB3I", len(text), kind, 1, FREE, right, child)
            made += bytes(36) + struct.pack("<IQ", first, size)
        return bytes(made)

    def to_bytes(self) -> bytes:
        """Header, one sector of allocations, then directory, mini allocations and mini stream."""
        sizes = [-(-len(self.entries) * 128 // SECTOR), -(-len(self.chains) * 4 // SECTOR), -(-len(self.mini) // SECTOR)]
        starts = [1, 1 + sizes[0], 1 + sizes[0] + sizes[1]]
        table = [FAT]
        for start, size in zip(starts, sizes, strict=True):
            table += [start + at + 1 for at in range(size - 1)] + [END]
        blocks = [self.directory(starts[2]), struct.pack(f"<{len(self.chains)}I", *self.chains), bytes(self.mini)]
        fills = (b"\x00", b"\xff", b"\x00")
        body = b"".join(block.ljust(size * SECTOR, fill) for block, size, fill in zip(blocks, sizes, fills, strict=True))
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        head += struct.pack("<9I", 0, 1, starts[0], 0, 4096, starts[1], sizes[1], END, 0)
        head += struct.pack("<109I", 0, *[FREE] * 108)
        return head + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + body


if __name__ == "__main__":
    for name, tree in (("two_flow_cells", content()), ("kinetics_as_entered", kinetics())):
        Path(__file__).with_name(f"{name}.blr").write_bytes(Compound(tree).to_bytes())
