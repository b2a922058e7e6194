"""One file over https: resumed where the server can, checked by size and MD5, whole or absent, tried again but not for ever."""

from __future__ import annotations

import hashlib
import http.client
import random
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from assayline.deploy.errors import FetchRefused
from assayline.errors import AssaylineError, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.deploy.fetch.portal import Portal
    from assayline.deploy.fetch.runs import Remote

BLOCK = 1 << 20
JUMPS = 3
WRONG = 2
"""Times that a whole file may have another MD5 before it is given up."""


class NotArrived(AssaylineError):
    """A file did not arrive; facts: file, found, tries."""

    code = "not-arrived"
    title = "File did not arrive"
    template = "{file}: found {found} in {tries} tries; expected the whole file."
    hint = "Run the same command again: it goes on where it stopped."
    status = 8


class _Trouble(Exception):
    """Something that may pass; `wait` seconds if the server said so."""

    def __init__(self, found: str, wait: float = 0.0) -> None:
        super().__init__(found)
        self.found, self.wait = found, wait


def download(portal: Portal, remote: Remote, place: Path) -> None:
    """Fetch one file to its place; raises NotArrived, FetchRefused for a host that is not allowed, or CannotWrite."""
    address = portal.address(remote.said)
    part = place.with_name(f".{place.name}.part")
    found, wrong, failed = "nothing", 0, 0
    while failed < portal.tries:
        had = part.stat().st_size if part.exists() else 0
        try:
            _stream(portal, address, part, remote)
            digest = md5_of(part)
            if remote.md5 and digest != remote.md5:
                wrong += 1
                part.unlink()
                found = f"MD5 {digest}, not {remote.md5}"
                if wrong >= WRONG:
                    raise NotArrived(file=remote.name, found=found, tries=wrong)
                continue
            part.replace(place)
        except _Trouble as error:
            found = error.found
            got = part.stat().st_size if part.exists() else 0
            failed = failed + 1 if got <= had else 1
            time.sleep(error.wait or min(60.0, portal.pause * 2**failed) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        except OSError as error:
            raise CannotWrite(file=place, found=error.strerror or error) from error
        else:
            return
    raise NotArrived(file=remote.name, found=found, tries=failed)


def md5_of(path: Path) -> str:
    """MD5 in hex, which is what the archives publish."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _stream(portal: Portal, address: str, part: Path, remote: Remote, jump: int = 0) -> None:
    """Append what is missing; raises _Trouble for whatever may pass."""
    had = part.stat().st_size if part.exists() else 0
    if remote.size and had > remote.size:
        part.unlink()
        had = 0
    if remote.size and had == remote.size:
        return None
    parts = urlsplit(address)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.hostname or "", parts.port, timeout=portal.timeout)
    try:
        headers = {"User-Agent": "assayline", "Accept-Encoding": "identity"} | ({"Range": f"bytes={had}-"} if had else {})
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers)
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308) and jump < JUMPS:
            target = urljoin(address, answer.getheader("Location", ""))
            return _stream(portal, portal.address(target), part, remote, jump + 1)
        _judge(answer, part, had, remote)
        with part.open("ab" if answer.status == 206 else "wb") as stream:
            while block := answer.read(BLOCK):
                stream.write(block)
    except (TimeoutError, ConnectionError, http.client.HTTPException, ssl.SSLError) as error:
        raise _Trouble(f"{type(error).__name__} {error}".strip()) from error
    except OSError as error:
        if error.filename or error.errno == 28:
            raise
        raise _Trouble(f"{type(error).__name__} {error}") from error
    finally:
        connection.close()
    size = part.stat().st_size
    if remote.size and size != remote.size:
        raise _Trouble(f"{size} of {remote.size} bytes")
    return None


def _judge(answer: http.client.HTTPResponse, part: Path, had: int, remote: Remote) -> None:
    """Take the answer, or say why not."""
    if answer.status == 416:
        part.unlink(missing_ok=True)
        raise _Trouble("no such range")
    if answer.status == 429 or answer.status >= 500:
        told = answer.getheader("Retry-After", "")
        raise _Trouble(f"status {answer.status}", min(60.0, float(told)) if told.isdecimal() else 0.0)
    if answer.status not in (200, 206):
        raise FetchRefused(
            what=remote.said,
            found=f"status {answer.status}",
            expected="the file",
            next="Check the accession at ENA; leave the run out with --skip.",
        )
    if answer.status == 206 and not (answer.getheader("Content-Range") or "").startswith(f"bytes {had}-"):
        part.unlink(missing_ok=True)
        raise _Trouble("another range than was asked for")
