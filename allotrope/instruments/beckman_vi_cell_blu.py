"""Beckman Coulter Vi-CELL BLU: the CSV that `Export > Sample summary` writes, one row a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.families.cells import whole_counts
from allotrope.field import Field, as_time, measurements
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

CONTROL = "device control/custom information document"
PROCESSING = "processed data/data processing document/custom information document"
IMAGE = "image/custom information document"
FIELDS = (
    Field("Sample ID", "sample document/sample identifier"),
    Field("Analysis date/time", "measurement time", read=as_time),
    Field("Analysis by", "@document/analyst"),
    Field("Cell count", "processed data/total cell count", unit="cell"),
    Field("Viable cells", "processed data/viable cell count", unit="cell"),
    Field("Total (x10^6) cells/mL", "processed data/total cell density (cell counter)", unit="10^6 cells/mL"),
    Field("Viable (x10^6) cells/mL", "processed data/viable cell density (cell counter)", unit="10^6 cells/mL", required=True),
    Field("Viability (%)", "processed data/viability (cell counter)", unit="%", required=True),
    Field("Average diameter (μm)", "processed data/average total cell diameter", unit="µm"),
    Field("Average viable diameter (μm)", "processed data/average live cell diameter (cell counter)", unit="µm"),
    Field("Average circularity", "processed data/average total cell circularity", unit="(unitless)"),
    Field("Average viable circularity", "processed data/average viable cell circularity", unit="(unitless)"),
    Field("Cell type", "processed data/data processing document/cell type processing method"),
    Field("Dilution", "processed data/data processing document/cell density dilution factor", unit="(unitless)"),
    Field("Minimum Diameter (μm)", "processed data/data processing document/minimum cell diameter setting", unit="µm"),
    Field("Maximum Diameter (μm)", "processed data/data processing document/maximum cell diameter setting", unit="µm"),
    Field("Average cells per image", "processed data/custom information document"),
    *(Field(label, CONTROL) for label in ("Aspiration cycles", "Mixing cycles", "Wash")),
    *(Field(label, IMAGE) for label in ("Images for analysis", "Images")),
    *(
        Field(label, PROCESSING)
        for label in (
            "Decluster degree",
            "Bubble count",
            "Viable spot area (%)",
            "Viable spot brightness (%)",
            "Minimum circularity",
            "Cell sharpness",
            "Cluster count",
            "Average background intensity",
        )
    ),
)
CONSTANTS = {"device control/device type": "brightfield imager (cell counter)", "device control/detection type": "brightfield"}

HEADER = r"^(?=.*\bSample ID\b)(?=.*Viability \(%\))(?=.*(?:Analysis date/time|viable circularity)).*Viable \(x10\^6\) cells/mL"
"""The header line, its columns in any order."""


def read(source: Source) -> Document:
    """The table under the header row, wherever it starts."""
    grid = source.grid()
    header = grid.find_row("Sample ID", "Viability (%)")
    if header is None:
        raise source.damaged("the header", "no row with 'Sample ID' and 'Viability (%)'", "the header of a Vi-CELL BLU export")
    document = source.document()
    table = grid.table(header)
    samples = measurements(document, table, FIELDS, constants=CONSTANTS)
    if not samples:
        raise source.empty(f"line {grid.line(header)}", "a header without rows", "at least one sample")
    for _, node in samples:
        whole_counts(node)
    if "Analysis by" not in map(str.strip, table.labels()):
        for group, _ in samples:
            document.analyst(group, "Vi-CELL")
    return document


INSTRUMENT = Instrument(
    name="beckman_vi_cell_blu",
    vendor="Beckman Coulter",
    product="Vi-CELL BLU",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(("text",), all=(text(HEADER),)),
    read=read,
    device={"model number": "Vi-Cell BLU"},
    system={"software name": "Vi-Cell BLU"},
    export="In Vi-CELL BLU software select samples in Review and export the sample summary as CSV.",
)
