"""Container images that a pipeline's own files name, and the file names under which Nextflow looks for them in its cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONTAINER = re.compile(
    r"^\s*(?:process\.)?container\s*(?:=\s*)?(?P<value>[\"'{].*?)(?=^\s*(?:input|output|script|when|label|tag|conda|publishDir|\}|[a-z]+:)|\Z)",
    re.DOTALL | re.MULTILINE,
)
LITERAL = re.compile(r"'([^'$\n]+)'|\"([^\"$\n]+)\"")
NAME = re.compile(
    r"(?:(?:https?|docker|oras|library)://)?[a-z0-9][\w.-]*(?:\.[a-z]+)?(?::\d+)?/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?"
)
ENGINES = ("singularity", "apptainer", "docker", "podman", "charliecloud")


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name in the pipeline, and the file in which Apptainer's cache of Nextflow has it."""

    name: str

    @property
    def file(self) -> str:
        """Nextflow's own name: no protocol, `/` and `:` as `-`, ending in .img."""
        bare = re.sub(r"^\w+://", "", self.name)
        return re.sub(r"[/:@]", "-", bare) + ("" if bare.endswith((".img", ".sif")) else ".img")

    @property
    def pull(self) -> str:
        """The command that gets it on a machine with a network."""
        source = self.name if "://" in self.name else f"docker://{self.name}"
        return f"apptainer pull {self.file} {source}"


def images(folder: Path) -> list[Image]:
    """The images of all processes; where one gives an address for Apptainer and another for Docker, the first is taken."""
    found: dict[str, None] = {}
    for path in sorted((*folder.rglob("*.nf"), *folder.rglob("*.config"))):
        if ".git" in path.parts or "work" in path.relative_to(folder).parts[:1]:
            continue
        for match in CONTAINER.finditer(path.read_text("utf-8", "replace")):
            words = [one or two for one, two in LITERAL.findall(match["value"])]
            # An interpolated string keeps its literals inside: "${ engine == 'singularity' ? 'https://…' : 'quay.io/…' }"
            words += re.findall(r"'([^'$\n]+)'", match["value"])
            names = [word for word in dict.fromkeys(words) if NAME.fullmatch(word) and word not in ENGINES]
            if names:
                found[next((name for name in names if name.startswith("https://")), names[0])] = None
    return [Image(name) for name in found]
