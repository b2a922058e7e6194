"""Makes `one_signal_one_peak.rslt`: a result set of one injection with one detector trace of invention, and its peak."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from pathlib import Path

FIXED = (2024, 5, 6, 9, 0, 0)
ACAML = """<?xml version="1.0" encoding="utf-8"?>
<ACAML xmlns="urn:schemas-agilent-com:acaml14"><Doc>
<DocInfo><CreationDate>2024-05-06T09:00:00+02:00</CreationDate><CreatedByUser>jd</CreatedByUser></DocInfo>
<Content>
<Injections><MeasData id="inj-1">
<AcquisitionApplication><AgilentApp><Name>OpenLab CDS</Name><Version>2.7</Version></AgilentApp></AcquisitionApplication>
<BinaryData><DataItem><Name>kiln-01.dx</Name></DataItem></BinaryData>
<Signal id="sig-1"><TraceID>trace-1</TraceID><Description>DAD1A,Sig=254.0,4.0</Description>
<InstrumentModule_ID id="mod-2"/></Signal>
</MeasData></Injections>
<Samples>
<Setup id="set-1"><DAParam><Type>Sample</Type><SampleAmount val="2.5" unit="mg"/></DAParam></Setup>
<MeasData id="smp-1"><SampleSetup_ID id="set-1"/><InjectionMeasData_ID id="inj-1"/></MeasData>
</Samples>
<Resources>
<Instrument id="lc-7"><Name>Kiln Infinity</Name>
<Module id="mod-1"><Type>Pump</Type><Name>Quat. Pump</Name><Manufacturer>Agilent</Manufacturer><PartNo>G0001A</PartNo></Module>
<Module id="mod-2"><Type>Detector</Type><Name>DAD</Name><PartNo>G0002A</PartNo><SerialNo>DE42</SerialNo></Module>
</Instrument>
<SeparationMedium><Type><Column><Diameter val="2.1" unit="mm"/><Length val="50" unit="mm"/></Column></Type></SeparationMedium>
</Resources>
</Content></Doc></ACAML>
"""
ACMD = """<?xml version="1.0" encoding="utf-8"?>
<ACMD><InjectionInfo><SampleName>Kiln 7 digest</SampleName><RunDateTime>2024-05-06T09:05:00+02:00</RunDateTime>
<InjectionVolume>5</InjectionVolume><InjectionVolumeUnits>µL</InjectionVolumeUnits><Location>P1-A3</Location></InjectionInfo></ACMD>
"""
RESULT = """<?xml version="1.0" encoding="utf-8"?>
<ACAML><Doc><Content><Injections><Result>
<SignalResult><Signal_ID id="sig-1"/><Peak id="peak-1"><RetentionTime val="0.5" unit="min"/><Area val="120.25" unit="mAU*s"/>
<Height val="20" unit="mAU"/></Peak></SignalResult>
<InjectionCompound id="c-1"><CompoundName>Kilnin</CompoundName>
<Identification><Qualified><Peaks><Peak_ID id="peak-1"/></Peaks></Qualified>
</Identification></InjectionCompound>
</Result></Injections></Content></Doc></ACAML>
"""


def trace() -> bytes:
    """A trace of version 179: plain doubles every two seconds over a minute, one peak at half time."""
    data = bytearray(0x1800)

    def put(place: int, text: str, gap: int = 2) -> None:
        data[place] = len(text)
        for at, mark in enumerate(text.encode("latin-1")):
            data[place + 1 + at * gap] = mark

    put(0, "179", 1)
    for place, text in ((0x957, "06-May-24, 09:05:00"), (0x104C, "mAU"), (0x1075, "DAD1A,Sig=254.0,4.0")):
        put(place, text)
    struct.pack_into(">ff", data, 0x11A, 0.0, 60_000.0)
    struct.pack_into(">d", data, 0x127C, 0.5)
    values = [round(40 * math.exp(-(((at - 15) / 2) ** 2)), 3) for at in range(31)]
    return bytes(data) + struct.pack("<31d", *values)


def archive(members: dict[str, bytes]) -> bytes:
    """A zip archive whose bytes are always the same."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, FIXED), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def main() -> None:
    """Write the input beside this file."""
    data = archive({"trace-1.CH": trace(), "injection.acmd": ACMD.encode()})
    results = archive({"InjectionACAML": RESULT.encode()})
    method = b"<Method/>"
    members = {"kiln.acaml": ACAML.encode(), "kiln-01.dx": data, "kiln-01.rx": results, "gradient.amx": method}
    made = archive({f"kiln.rslt/{name}": body for name, body in members.items()})
    Path(__file__).with_name("one_signal_one_peak.rslt").write_bytes(made)


if __name__ == "__main__":
    main()
