"""A sample sheet from files: find, understand, group, fill, check; nothing is written here but links and merged reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.deploy.errors import SheetRefused, Unclear
from assayline.deploy.sheet.check import problems
from assayline.deploy.sheet.columns import Columns
from assayline.deploy.sheet.facts import read_facts
from assayline.deploy.sheet.files import link, merge
from assayline.deploy.sheet.found import Found, Left, Unit
from assayline.deploy.sheet.mates import mates
from assayline.deploy.sheet.order import Order, Sheet
from assayline.deploy.sheet.rows import lanes, rows_of, to_merge
from assayline.deploy.sheet.scan import scan
from assayline.deploy.sheet.units import alignments, units_of
from assayline.errors import BadInput, BadUsage
from assayline.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.nfcore import Pipeline

MANY = 6
STEPS = {
    "mapping": ("fastq", "spring", "bam"),
    "markduplicates": ("bam", "cram"),
    "prepare_recalibration": ("bam", "cram"),
    "recalibrate": ("bam", "cram"),
    "variant_calling": ("bam", "cram"),
    "annotate": ("vcf",),
}
"""Kinds of files at which a step begins; the steps themselves are those of the pipeline's parameter."""

BARCODE = range(14, 35)
"""Bases of a read that holds a cell's barcode and a UMI."""


def make_sheet(pipeline: Pipeline, order: Order) -> Sheet:
    """The sheet of a pipeline; raises Unclear, SheetRefused, ReadsDamaged, BadInput or BadUsage, and then writes nothing."""
    columns = Columns(pipeline.sheet_schema)
    step = step_of(pipeline, order.step)
    looked = scan(order.places, order.exclude, order.check)
    left, findings = looked.left, list[Finding]()
    kept = _of_step(looked.found, step, left)
    if not kept:
        raise BadInput(
            what=", ".join(map(str, order.places)),
            found=f"no file for {pipeline.name}" + (f" at step {step}" if step else ""),
            expected=f"files for the columns {', '.join(columns.roles.values())}",
            next="Name the folder that holds them, and the step with --step.",
        )
    paired = mates([file for file in kept if file.kind in ("fastq", "spring")], order.layout, left)
    units = units_of(paired, order.sample_from, findings) + alignments(kept, order.sample_from, findings, left)
    units = _taken(units, columns, left)
    _complete(units, step)
    if pipeline.single_cell:
        for unit in units:
            _barcode(unit)
    facts = read_facts(order.metadata, columns, RunFolder(order.run) if order.run else None, order.by)
    rows = rows_of(units, columns, order, facts, findings)
    lanes(rows, units, columns, wanted=_by_lane(step, units))
    rows = _merged(rows, columns, order)
    names = _names(columns, rows)
    if order.link:
        link(rows, list(columns.roles.values()), order.link)
    wrong = problems(columns, rows, infers=pipeline.infers)
    if wrong:
        more = f"; and {len(wrong) - MANY} more" if len(wrong) > MANY else ""
        raise SheetRefused(pipeline=pipeline.name, count=len(wrong), found="; ".join(wrong[:MANY]) + more)
    findings += facts.findings
    used = sum(len(unit.files) for unit in units)
    return Sheet(columns, names, rows, left, findings, used)


def step_of(pipeline: Pipeline, said: str) -> str:
    """The step at which the pipeline begins: the one given, else its own default; empty for a pipeline without steps."""
    parameter = pipeline.parameters.get("step")
    if parameter is None:
        if said:
            raise BadUsage(what="--step", found=said, expected=f"none: {pipeline.name} has no steps", next="Leave it out.")
        return ""
    allowed = [str(value) for value in parameter.get("enum") or ()]
    if said and allowed and said not in allowed:
        raise BadUsage(what="--step", found=said, expected=f"one of {', '.join(allowed)}", next="Name a step of the pipeline.")
    return said or str(parameter.get("default", ""))


def _of_step(found: Sequence[Found], step: str, left: list[Left]) -> list[Found]:
    """The files with which the step begins; others are left out with the reason."""
    kinds = set(STEPS.get(step, ()))
    if not kinds:
        return list(found)
    present = {file.kind for file in found} & kinds
    if step == "mapping" and {"fastq", "spring"} & present:
        kinds.discard("bam")
    sides = {"bai", "crai"} if step != "mapping" else set()
    kept = []
    for file in found:
        if file.kind in kinds | sides | ({"table"} if step == "recalibrate" else set()):
            kept.append(file)
        else:
            left.append(Left(file.path, f"the step {step} does not begin with {file.kind}"))
    return kept


def _taken(units: list[Unit], columns: Columns, left: list[Left]) -> list[Unit]:
    """Units for whose files the pipeline has a column; alignments beside reads may stay out, reads may not be dropped."""
    kept = []
    for unit in units:
        roles = {role if unit.files[role].kind != "spring" else f"spring{role}" for role in unit.files}
        unit.files = {role if file.kind != "spring" else f"spring{role}": file for role, file in unit.files.items()}
        missing = sorted(roles - set(columns.roles))
        head = unit.first
        if head.kind not in ("fastq", "spring") and next(iter(unit.files)) not in columns.roles:
            left += [Left(file.path, f"the pipeline has no column of its own for {head.kind}") for file in unit.files.values()]
            continue
        if missing and head.kind in ("fastq", "spring"):
            raise Unclear(
                what=head.path,
                found=f"read {missing[0]} for which the pipeline has no column",
                expected=f"files for {', '.join(columns.roles.values()) or 'no file at all'}",
                next="Give another pipeline, or leave the files out with --exclude.",
            )
        for role in missing:
            left.append(Left(unit.files.pop(role).path, f"the pipeline has no column for {role}"))
        kept.append(unit)
    return kept


def _complete(units: list[Unit], step: str) -> None:
    """Refuse alignments without the index, or the recalibration table, that the step reads beside them."""
    if step in ("", "mapping", "annotate"):
        return
    wanted = {"bam": ["bai"], "cram": ["crai"]}
    for unit in units:
        for role in wanted.get(unit.first.kind, []) + (["table"] if step == "recalibrate" else []):
            if role not in unit.files:
                path = unit.first.path
                what = "its recalibration table" if role == "table" else "its index"
                helps = "Put it beside the file." if role == "table" else f"Make it: samtools index '{path}'."
                raise Unclear(
                    what=path, found=f"no {role} beside it", expected=f"{what}, which the step {step} reads", next=helps
                )


def _barcode(unit: Unit) -> None:
    """Refuse mates of single cells of which the second, and not the first, looks like the barcode read."""
    if not {"1", "2"} <= set(unit.files):
        return
    first, second = (unit.files[role].peek.length for role in ("1", "2"))
    if first not in BARCODE and second in BARCODE:
        raise Unclear(
            what=f"{unit.files['1'].path} and {unit.files['2'].path.name}",
            found=f"reads of {first} and {second} bases",
            expected="the barcode read first",
            next="Rename the files so that read 1 holds the barcode.",
        )


def _by_lane(step: str, units: Sequence[Unit]) -> bool:
    """Whether rows are told apart by lane: where reads are aligned, not where alignments are read."""
    return step == "mapping" or any(unit.first.kind in ("fastq", "spring") for unit in units)


def _merged(rows: list[dict[str, str]], columns: Columns, order: Order) -> list[dict[str, str]]:
    """Rows of one sample put together where the pipeline wants one row; raises Unclear where nobody said where to write them."""
    groups = to_merge(rows, columns)
    if not groups:
        return rows
    sample, members = next(iter(groups.items()))
    if order.merge is None:
        raise Unclear(
            what=f"sample {' '.join(sample)}",
            found=f"{len(members)} rows",
            expected="one, as the pipeline's schema says",
            next="Give --merge DIR to have their reads put together there; the files stay as they are.",
        )
    made = {
        indices[0]: merge([rows[index] for index in indices], list(columns.roles.values()), "_".join(key), order.merge)
        for key, indices in groups.items()
    }
    gone = {index for indices in groups.values() for index in indices[1:]}
    return [made.get(index, row) for index, row in enumerate(rows) if index not in gone]


def _names(columns: Columns, rows: Sequence[dict[str, str]]) -> list[str]:
    """Columns of the sheet in the schema's order: required ones, both for reads where there are reads, those with a value."""
    filled = {name for row in rows for name, value in row.items() if value != ""}
    first = columns.roles.get("1", "")
    mates_too = {columns.roles[role] for role in ("1", "2") if role in columns.roles} if first in filled else set()
    wanted = filled | set(columns.required) | mates_too
    unknown = sorted(filled - set(columns.properties))
    if unknown:
        raise BadUsage(
            what="--set",
            found=f"column '{unknown[0]}'",
            expected=f"one of {', '.join(columns.properties)}",
            next="Correct its name.",
        )
    return [name for name in columns.properties if name in wanted]
