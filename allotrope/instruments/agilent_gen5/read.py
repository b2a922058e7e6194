"""Gen5: the plates of an export to a document, read by read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.gen5 import leftovers, plates
from allotrope.instruments.agilent_gen5.curves import kinetics, spectrum
from allotrope.instruments.agilent_gen5.matrices import endpoints
from allotrope.instruments.agilent_gen5.plate import Plate

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source


def read(source: Source) -> Document:
    """Every plate: kinetics, spectra and single matrices in the order of the reads, then the matrix of the others."""
    document = source.document()
    for export in plates(source):
        before = len(document.groups)
        plate = Plate(source, document, export)
        shared = False
        for part in filter(lambda part: part.covered, plate.reads):
            own = plate.own_matrices(part)
            blocks = plate.spectra(part)
            for block in blocks:
                spectrum(plate, part, block)
            if plate.curves(part):
                kinetics(plate, part)
            elif own and not blocks:
                endpoints(plate, own, [part])
            shared = shared or not (plate.curves(part) or own or blocks)
        if shared:
            endpoints(plate, plate.result_blocks(), plate.reads)
        put(document.aggregate, CUSTOM, plate.steps | leftovers(export))
        if len(document.groups) == before:
            message = "a plate without the value of any read: what its header and procedure say is kept"
            source.find("plate-without-values", message, f"line {export.grid.line(export.procedure.start)}", "warning")
        if any(part.mode == "Luminescence" and plate.spectra(part) for part in plate.reads):
            message = "480/20 nm is stated as excitation of a luminescence spectrum, by convention; the file has none"
            source.find("assumed-setting", message, "Procedure Details")
    if not any(group.measurements for group in document.groups):
        place = "the plates"
        raise source.empty(place, "no value of any read", "a results matrix, or a table of times or wavelengths")
    return document
