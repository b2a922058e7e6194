"""What the tables of a document hold, on small documents written here: columns, units, joins, cubes of every form, odd input."""

from __future__ import annotations

import copy
import json
import tracemalloc
from typing import Any

import pyarrow as pa
import pytest

import allotrope
from allotrope import NotAsm
from allotrope.schema import manifests
from allotrope.tables import tables
from allotrope.tables.sink import REPEATED
from tests.documents import MANIFESTS, cell_counting
from tests.tables.test_round_trip import account

HEAD = "/cell counting aggregate document/cell counting document/0/measurement aggregate document/measurement document/0"


def measured(asm: dict[str, Any], number: int = 0) -> dict[str, Any]:
    part = asm["cell counting aggregate document"]["cell counting document"][number]["measurement aggregate document"]
    return part["measurement document"][0]  # type: ignore[no-any-return]


def test_one_row_a_measurement_with_all_that_stands_above_it() -> None:
    table = allotrope.flatten(cell_counting(5))
    assert table.num_rows == 5
    row = table.to_pylist()[1]
    assert row["measurement identifier"] == "measurement 1"
    assert row["sample identifier"] == "sample 1"
    assert row["analyst"] == "A. Nalyst"
    assert row["device system document/device identifier"] == "counter 7"
    assert row["viability (cell counter)"] == 91.0
    assert row["measurement time"].isoformat() == "2026-03-02T09:00:00+00:00"
    assert table.schema.field("viability (cell counter)").metadata[b"unit"] == b"%"
    assert [entry["label"] for entry in row["custom information"]] == ["Chamber", "Exposures"]
    assert row["custom information"][1] | {"at": ""} == {
        "at": "",
        "label": "Exposures",
        "number": 12.0,
        "text": None,
        "flag": None,
        "unit": "#",
    }


def test_custom_information_in_the_form_of_the_standard_is_one_entry_a_label() -> None:
    asm = cell_counting(1)
    measured(asm).pop("custom information document")
    measured(asm)["custom information aggregate document"] = {
        "custom information document": [
            {"datum label": "Wash", "scalar string datum": "normal"},
            {"datum label": "Gain", "scalar double datum": 1.5, "unit": "mV"},
            {"datum label": "Cleaned", "scalar timestamp datum": "2026-03-01T10:00:00Z"},
            {"datum label": "Locked", "scalar boolean datum": False},
            {"datum label": "Odd", "scalar double datum": 1.0, "more": 2},
        ]
    }
    cells = tables(asm).measurements["custom information"].to_pylist()[0]
    assert [(cell["label"], cell["text"], cell["number"], cell["flag"], cell["unit"]) for cell in cells[:4]] == [
        ("Wash", "normal", None, None, None),
        ("Gain", None, 1.5, None, "mV"),
        ("Cleaned", "2026-03-01T10:00:00Z", None, None, None),
        ("Locked", None, None, False, None),
    ]
    assert [cell["label"] for cell in cells[4:]] == ["datum label", "scalar double datum", "more"]
    account(asm)


def test_every_manifest_gives_its_columns_to_every_document() -> None:
    one, many = cell_counting(1), cell_counting(4)
    measured(many)["custom information document"] = {"more": 1}
    measured(many)["error aggregate document"] = {"error document": [{"error": "E1"}]}
    assert tables(one).measurements.schema.equals(tables(many).measurements.schema)
    for manifest in manifests():
        found = tables({"$asm.manifest": manifest})
        assert found.measurements.num_rows == 0
        assert len(set(found.measurements.column_names)) == found.measurements.num_columns > 30
        assert found.cubes.num_rows == found.calculated.num_rows == found.metadata.num_rows == 0


def test_calculated_data_is_joined_by_its_data_sources_through_other_results_too() -> None:
    asm = cell_counting(3)
    listed = asm["cell counting aggregate document"]["calculated data aggregate document"]["calculated data document"]
    second = copy.deepcopy(listed[0]) | {"calculated data identifier": "calculated 1", "calculated data name": "twice"}
    second["data source aggregate document"]["data source document"] = [
        {"data source identifier": "calculated 0"},
        {"data source identifier": "measurement 2", "data source feature": "viability (cell counter)"},
        {"data source identifier": "calculated 1"},
    ]
    listed.append(second)
    joined = allotrope.flatten(asm)["calculated data"].to_pylist()
    assert [[part["name"] for part in cell] for cell in joined] == [["mean viability", "twice"], [], ["twice"]]
    assert joined[0][0] == {
        "identifier": "calculated 0",
        "name": "mean viability",
        "value": 93.5,
        "unit": "%",
        "feature": "viability (cell counter)",
    }
    account(asm)


def test_mixed_units_in_one_column_are_found_and_each_is_kept() -> None:
    asm = cell_counting(2)
    listed = asm["cell counting aggregate document"]["calculated data aggregate document"]["calculated data document"]
    listed.append(
        copy.deepcopy(listed[0]) | {"calculated data identifier": "c1", "calculated result": {"value": 3, "unit": "mL"}}
    )
    found = tables(asm)
    assert [finding.code for finding in found.findings] == ["mixed-units"]
    assert "found the units %, mL" in found.findings[0].message
    assert found.calculated["calculated result unit"].to_pylist() == ["%", "mL"]
    assert b"unit" not in found.calculated.schema.field("calculated result").metadata
    account(asm)


def test_a_value_of_another_unit_is_not_put_into_the_column() -> None:
    asm = cell_counting(2)
    processed = measured(asm)["processed data aggregate document"]["processed data document"][0]
    processed["viability (cell counter)"] = {"value": 0.93, "unit": "(unitless)"}
    found = tables(asm)
    assert [finding.code for finding in found.findings] == ["foreign-unit"]
    assert found.measurements["viability (cell counter)"].to_pylist() == [None, 91.0]
    assert found.measurements["other"].to_pylist()[0][0]["unit"] == "(unitless)"
    account(asm)


def _nested(manifest: str, path: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    """A document with one measurement for each value, the value at `path`."""
    cut = path.index("measurement document")

    def inner(keys: tuple[str, ...], value: Any) -> Any:
        for key in reversed(keys):
            value = {key: [value] if key in ("device control document", "processed data document") else value}
        return value

    documents = [inner(path[cut + 1 :], value) for value in values]
    asm: Any = {"measurement document": documents}
    for key in reversed(path[:cut]):
        asm = {key: [asm] if key == path[1] else asm}
    return {"$asm.manifest": manifest} | asm


def test_further_items_of_a_list_that_is_spread_are_kept() -> None:
    asm = cell_counting(1)
    measured(asm)["device control aggregate document"]["device control document"].append({"device type": "second"})
    found = tables(asm)
    assert found.measurements["device control document/device type"].to_pylist() == ["cell counter"]
    assert found.measurements["other"].to_pylist()[0][0]["text"] == "second"
    account(asm)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.5+02:00",
        "2026-03-01T10:00:00",
        "2026-03-01",
        "soon",
        "2026-03-01T10:00:00.1234567Z",
    ],
)
def test_times_keep_how_they_were_written(time: str) -> None:
    asm = cell_counting(2)
    measured(asm)["measurement time"] = time
    account(asm)


def test_a_time_without_zone_is_told() -> None:
    found = tables(cell_counting(1, start="2026-03-{day:02}T10:00:00"))
    assert [finding.code for finding in found.findings] == ["time-without-zone"]
    assert found.measurements["measurement time"].to_pylist()[0].hour == 10


CUBES: dict[str, tuple[dict[str, Any], list[tuple[Any, ...]]]] = {
    "one dimension": ({"dimensions": [[1.0, 2.0]], "measures": [[10.0, None]]}, [(1.0, None, 10.0), (2.0, None, None)]),
    "a function": (
        {"dimensions": [{"type": "linear", "start": 5, "incr": 2, "length": 3}], "measures": [[1, 2, 3]]},
        [(5, None, 1), (7, None, 2), (9, None, 3)],
    ),
    "a function without length": (
        {"dimensions": [{"start": 0, "incr": 10}], "measures": [[1, 2]]},
        [(0, None, 1), (10, None, 2)],
    ),
    "a logarithmic function": (
        {"dimensions": [{"type": "logarithmic", "start": 1, "incr": 10, "length": 3}], "measures": [[1, 2, 3]]},
        [(1, None, 1), (10, None, 2), (100, None, 3)],
    ),
    "two dimensions as a grid": (
        {"dimensions": [[1, 2], [5, 6, 7]], "measures": [[11, 12, 13, 21, 22, 23]]},
        [(1, 5, 11), (1, 6, 12), (1, 7, 13), (2, 5, 21), (2, 6, 22), (2, 7, 23)],
    ),
    "two dimensions point by point": ({"dimensions": [[1, 2], [5, 6]], "measures": [[11, 22]]}, [(1, 5, 11), (2, 6, 22)]),
    "points": ({"dimensions": [], "points": [[1, 5, 11], [2, 6, None]]}, [(1, 5, 11), (2, 6, None)]),
    "points beside dimensions": ({"dimensions": [[1, 2], [5, 6]], "points": [[11], [22]]}, [(1, 5, 11), (2, 6, 22)]),
    "nothing measured": ({"dimensions": [[1, 2], [3, 4]], "measures": []}, [(1, 3, None), (2, 4, None)]),
}


@pytest.mark.parametrize("form", CUBES)
def test_cubes_of_every_form_become_one_long_table(form: str) -> None:
    data, expected = CUBES[form]
    width = 2 if len(data["dimensions"]) == 2 or "points" in data else 1
    component = {"@componentDatatype": "double", "unit": "nm"}
    manifest = next(name for name in manifests() if name.endswith("REC/2025/03/plate-reader.manifest"))
    cube = {
        "label": "spectrum",
        "cube-structure": {
            "dimensions": [component | {"concept": f"axis {n}"} for n in range(width)],
            "measures": [component | {"concept": "absorbance", "unit": "mAU"}],
        },
        "data": data,
    }
    path = (
        "plate reader aggregate document",
        "plate reader document",
        "measurement aggregate document",
        "measurement document",
        "data cube",
    )
    asm = _nested(manifest, path, [cube])
    found = tables(asm)
    rows = found.cubes.to_pylist()
    assert [(row["dimension 1"], row["dimension 2"], row["value"]) for row in rows] == expected
    assert {(row["label"], row["measure"], row["unit"], row["dimension 1 name"]) for row in rows} == {
        ("spectrum", "absorbance", "mAU", "axis 0")
    }
    assert [row["point"] for row in rows] == list(range(len(expected)))
    assert found.components.num_rows == width + 1


def test_a_cube_of_texts_and_flags_keeps_them() -> None:
    manifest = next(name for name in manifests() if name.endswith("REC/2025/03/plate-reader.manifest"))
    path = (
        "plate reader aggregate document",
        "plate reader document",
        "measurement aggregate document",
        "measurement document",
        "data cube",
    )
    structure = {"dimensions": [{"concept": "step"}], "measures": [{"concept": "state"}, {"concept": "ok"}]}
    data = {"dimensions": [["first", "second"]], "measures": [["up", None], [True, False]]}
    rows = tables(_nested(manifest, path, [{"cube-structure": structure, "data": data}])).cubes.to_pylist()
    assert [(row["dimension 1 text"], row["measure"], row["text"], row["value"]) for row in rows] == [
        ("first", "state", "up", None),
        ("second", "state", None, None),
        ("first", "ok", "true", None),
        ("second", "ok", "false", None),
    ]


def test_a_cube_without_points_keeps_its_label() -> None:
    manifest = next(name for name in manifests() if name.endswith("REC/2025/03/plate-reader.manifest"))
    head = ("plate reader aggregate document", "plate reader document", "measurement aggregate document")
    structure = {"dimensions": [{"concept": "a"}], "measures": [{"concept": "b"}]}
    cube = {"label": "empty", "cube-structure": structure, "data": {"dimensions": [[]], "measures": [[]]}}
    account(_nested(manifest, (*head, "measurement document", "data cube"), [cube]))


def test_an_uneven_cube_is_told_and_loses_nothing() -> None:
    manifest = next(name for name in manifests() if name.endswith("REC/2025/03/plate-reader.manifest"))
    path = (
        "plate reader aggregate document",
        "plate reader document",
        "measurement aggregate document",
        "measurement document",
        "data cube",
    )
    structure = {"dimensions": [{"concept": "a"}], "measures": [{"concept": "b"}]}
    found = tables(
        _nested(manifest, path, [{"cube-structure": structure, "data": {"dimensions": [[1, 2, 3]], "measures": [[1, 2]]}}])
    )
    assert [finding.code for finding in found.findings] == ["uneven-cube"]
    assert found.cubes["dimension 1"].to_pylist() == [1, 2, 3]


ODD: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    [1, [2, [3]]],
    {"value": 1},
    {"value": {"deep": 1}, "unit": 3},
    [{"a": 1}, 2, None],
    True,
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize(
    "key", ["measurement identifier", "sample document", "processed data aggregate document", "measurement time"]
)
def test_a_value_of_the_wrong_shape_is_kept_somewhere(key: str, odd: Any) -> None:
    asm = cell_counting(2)
    measured(asm)[key] = odd
    account(asm)


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("key", ["cell counting document", "calculated data aggregate document", "device system document"])
def test_a_part_of_the_wrong_shape_is_kept_somewhere(key: str, odd: Any) -> None:
    asm = cell_counting(2)
    asm["cell counting aggregate document"][key] = odd
    account(asm)


def test_numbers_that_a_double_cannot_hold_are_kept_as_text() -> None:
    asm = cell_counting(1)
    measured(asm)["custom information document"] = {"long": 2**70, "exact": 2**53, "small": -(2**53) - 1}
    listed = {entry["label"]: entry for entry in tables(asm).measurements["custom information"].to_pylist()[0]}
    assert listed["long"]["text"] == str(2**70)
    assert listed["exact"]["number"] == 2.0**53
    assert listed["small"]["text"] == str(-(2**53) - 1)


@pytest.mark.parametrize("asm", [{}, [], {"$asm.manifest": 1}, {"$asm.manifest": f"{MANIFESTS}x/REC/2024/09/x.manifest"}])
def test_what_is_not_asm_is_a_declared_error(asm: Any) -> None:
    with pytest.raises(NotAsm):
        allotrope.flatten(asm)


def test_a_dangling_data_source_and_a_loop_do_no_harm() -> None:
    asm = cell_counting(1)
    listed = asm["cell counting aggregate document"]["calculated data aggregate document"]["calculated data document"]
    listed[0]["data source aggregate document"]["data source document"] = [
        {"data source identifier": "nowhere"},
        {"data source identifier": "calculated 0"},
    ]
    assert allotrope.flatten(asm)["calculated data"].to_pylist() == [[]]
    account(asm)


def test_custom_information_above_many_measurements_is_not_multiplied() -> None:
    asm = cell_counting(1)
    technique = asm["cell counting aggregate document"]["cell counting document"][0]
    technique["custom information document"] = {f"key {n}": n for n in range(REPEATED // 10)}
    one = technique["measurement aggregate document"]["measurement document"][0]
    technique["measurement aggregate document"]["measurement document"] = [
        one | {"measurement identifier": f"m{n}"} for n in range(20)
    ]
    found = tables(asm)
    assert found.metadata.num_rows == REPEATED // 10
    assert all(len(cell) == 2 for cell in found.measurements["custom information"].to_pylist())
    account(asm)


def test_a_hundred_thousand_custom_keys_cost_at_most_twice_the_document() -> None:
    tables(cell_counting(1))
    content = json.dumps({f"custom key number {n}": f"value {n}" for n in range(100_000)})
    tracemalloc.start()
    asm = cell_counting(1)
    measured(asm)["custom information document"] = json.loads(content)
    loaded = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    found = tables(asm)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.measurements["custom information"][0]) == 100_000
    assert peak - loaded + pa.total_allocated_bytes() < 2 * loaded
