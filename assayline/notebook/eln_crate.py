"""An .eln archive opened: its RO-Crate metadata as items, and the files they name."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from assayline.notebook.errors import ElnDamaged

if TYPE_CHECKING:
    from pathlib import Path

METADATA = "ro-crate-metadata.json"
MOST_FILES, MOST_BYTES = 20_000, 4 << 30


@dataclass(slots=True)
class Crate:
    """An archive: its root folder, descriptions by id, and members by their name under the root."""

    name: str
    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self, member: str) -> bytes:
        """One member, whole; raises ElnDamaged when it is absent, encrypted or broken."""
        if member not in self.members:
            raise ElnDamaged(file=self.name, where=member, found="nothing", expected="the file that the crate describes")
        try:
            return self.archive.read(self.members[member])
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise ElnDamaged(file=self.name, where=member, found=error, expected="a readable member") from error

    def item(self, reference: Any) -> dict[str, Any]:
        """The description that a reference names, or an empty one."""
        return self.items.get(str(reference.get("@id")), {}) if isinstance(reference, dict) else {}

    def content(self, item: dict[str, Any]) -> bytes:
        """A described file's bytes, checked against its digest where one is given."""
        raw = self.read(unquote(str(item["@id"])).removeprefix("./"))
        expected = str(item.get("sha256") or "")
        if expected and hashlib.sha256(raw).hexdigest() != expected.lower():
            raise ElnDamaged(file=self.name, where=item["@id"], found="other bytes", expected=f"SHA-256 {expected}")
        return raw


def listed(value: Any) -> list[Any]:
    """A JSON-LD value as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def open_crate(path: Path, archive: zipfile.ZipFile) -> Crate:
    """The archive's members and descriptions; raises ElnDamaged, also for one that would unpack to more than 4 GiB."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES or total > MOST_BYTES:
        raise ElnDamaged(
            file=path.name,
            where="archive",
            found=f"{len(infos)} files of {total} bytes",
            expected="at most 20,000 files and 4 GiB",
        )
    roots = {info.filename.partition("/")[0] for info in infos}
    if len(roots) != 1 or any("/" not in info.filename for info in infos):
        raise ElnDamaged(file=path.name, where="archive", found=f"{len(roots)} root folders", expected="one root folder")
    root = roots.pop()
    crate = Crate(path.name, archive, {info.filename.removeprefix(f"{root}/"): info for info in infos})
    try:
        graph = json.loads(crate.read(METADATA))["@graph"]
        crate.items = {str(item["@id"]): item for item in graph}
    except (ValueError, KeyError, TypeError) as error:
        raise ElnDamaged(file=path.name, where=METADATA, found=repr(error), expected="an RO-Crate with a @graph") from error
    return crate
