"""Empower: which field of an injection, result or peak goes where."""

from __future__ import annotations

from allotrope.families.chromatography import MINUTE

PEAK = (
    ("StartTime", "peak start", "s", MINUTE),
    ("EndTime", "peak end", "s", MINUTE),
    ("RetentionTime", "retention time", "s", MINUTE),
    ("Area", "peak area", "mAU.s", 1 / 1000),
    ("Height", "peak height", "mAU", 1 / 1000),
    ("Width", "peak width", "s", 1),
    ("PctArea", "relative peak area", "%", 1),
    ("PctHeight", "relative peak height", "%", 1),
    ("PctAmount", "relative peak analyte amount", "%", 1),
    ("Amount", "peak analyte amount", "(unitless)", 1),
    ("BaselineStart", "baseline value at start of peak", "s", MINUTE),
    ("BaselineEnd", "baseline value at end of peak", "s", MINUTE),
    ("CorrectedArea~", "relative corrected peak area", "%", 1),
)
"""Label, key, unit, factor; areas and heights are stated in µV, of which 1,000 are one mAU."""
PEAK_KNOWN = ("Area", "Height", "RetentionTime")
"""What a peak's custom information does not repeat."""
GROUP = (
    "Altered",
    "ELN_DocumentID",
    "ELN_SectionGUID",
    "InstrumentMethodName",
    "InstrumentMethodId",
    "SSM_Pattern",
    "Superseded",
    "SummaryFaults",
)
SET_OF_GROUP = {
    "Node": "Node",
    "SampleSetMethod": "measurement method identifier",
    "SampleSetName": "SampleSetName",
    "SampleSetType": "SampleSetType",
    "SampleSetComments": "SampleSetComments",
}
MEASUREMENT = ("Comments", "DateAcquired", "RunTime")
CONTROL = {
    **{
        label: label
        for label in ("SolventA", "SolventB", "SolventC", "SolventD", "ChannelDescription", "ChannelType", "ChannelStatus")
    },
    **{label: label for label in ("DataStart", "DataEnd", "CirculationNo", "Channel", "ScaletouV", "SecondChannelId")},
    "AcqMethodSet": "device acquisition method",
    "RunTime": "total measurement duration setting",
}
METHOD = {"id": "device method identifier", "date": "methods date"}
SAMPLE = {
    **{label: label for label in ("SampleConcentration", "ELN_SampleID", "PrepType", "SampleSetAcquiring", "SampleSetAltered")},
    **{
        label: label
        for label in ("SampleSetCurrentId", "OriginalSampleSetId", "OriginalVialId", "Vial", "Label", "VialId", "VialIdResult")
    },
    "SampleType": "SampleType",
    "Lot": "lot number",
    "SampleWeight": "sample weight",
    "Dilution": "dilution factor setting",
}
INJECTION = ("InjectionStatus", "InjectionType", "Injection", "Volume")
RESULT = {
    "IntegrationAlgorithm": "integration algorithm type",
    "ProcessingMethod": "data processing method",
    "DateProcessed": "data processing time",
    "PeakWidth": "peak width",
    "RetentionTime": "retention time",
    "RTWindow": "retention time window width",
    "RelativeResponse": "relative response",
}
PROCESSING = {
    **{
        label: label
        for label in ("name", "version", "locked", "modified_by", "component_nodes", "default_result_set", "average_by")
    },
    **{label: label for label in ("ccal_ref1", "comments", "date", "include_int_std_amounts")},
    "revision comment": "revision_comment",
    "revision history": "revision_history",
}
"""Fields of a processing method that are stated as text."""
READ = (
    *("SampleName", "InjectionId", "ChannelId", "SamplingRate", "ColumnSerialNumber", "InjectionVolume", "FlowRate", "DetUnits"),
    *(*MEASUREMENT, *CONTROL, *SAMPLE, *INJECTION),
)
"""Fields of an injection that have a place; all others are the measurement's custom information."""
SET_READ = ("SystemName", "SampleSetAcquiredBy", "password")
SET = {"username": "account identifier", "db": "database"}
ROLES = (
    *("control sample role", "standard sample role", "validation sample role", "experiment sample role", "sample role"),
    *("spiked sample role", "blank role", "unknown sample role", "calibration sample role", "unspiked sample role"),
    *("specimen role", "quality control sample role", "reference sample role"),
)
"""The standard's roles in its own order."""


def role_of(kind: str | None) -> str | None:
    """The first role that a sample type is part of; another type is an unknown sample."""
    return next((role for role in ROLES if kind.lower() in role), "unknown sample role") if kind else None
