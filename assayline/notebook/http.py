"""Requests to a service, with the one question that matters told apart: did it certainly not arrive, or is that unknown."""

from __future__ import annotations

import http.client
import json
import random
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from assayline.notebook.errors import ServiceRefused, ServiceUnreachable, ServiceUnsure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None for an empty or unreadable one."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


@dataclass(slots=True)
class Service:
    """An HTTP service: base address, headers that hold the key, times in seconds; `sleep` and `chance` are replaced in tests."""

    name: str
    base: str
    headers: Callable[[bool], Mapping[str, str]]
    timeout: float = 30.0
    tries: int = 6
    pause: float = 0.5
    longest: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.SystemRandom)

    def __post_init__(self) -> None:
        """Refuse an address that would send the key in the clear."""
        parts = urlsplit(self.base)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ServiceUnreachable(service=self.name, found=f"the address {self.base!r}, which is not https")

    def ask(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """GET, again and again on every passing trouble, since asking changes nothing."""
        return self._patient("GET", path, query, None, "")

    def tell(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        """A request that changes something: sent again only if it certainly had no effect; ServiceUnsure when that is unknown."""
        payload = (
            raw if raw is not None else b"" if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        )
        return self._patient(method, path, None, payload, kind)

    def _patient(self, method: str, path: str, query: Mapping[str, Any] | None, payload: bytes | None, kind: str) -> Answer:
        fresh = False
        for attempt in range(self.tries):
            trouble, wait = "", self._backoff(attempt)
            try:
                answer = self._once(method, path, query, payload, kind, fresh=fresh)
            except ConnectionRefusedError as error:
                trouble = f"no connection ({error.strerror})"
            except (TimeoutError, ConnectionError, http.client.HTTPException, ssl.SSLError, OSError) as error:
                trouble = f"{type(error).__name__}: {error}"
                if method != "GET":
                    raise ServiceUnsure(service=self.name, request=f"{method} {path}", found=trouble) from error
            else:
                if answer.status == 429:
                    trouble, wait = "too many requests", self._told(answer, wait)
                elif answer.status == 401 and not fresh:
                    fresh = True
                    continue
                elif answer.status >= 500:
                    trouble = f"status {answer.status}"
                    if method != "GET":
                        raise ServiceUnsure(service=self.name, request=f"{method} {path}", found=trouble)
                elif answer.status >= 300:
                    raise self._refusal(method, path, answer)
                else:
                    self._spare(answer)
                    return answer
            if attempt + 1 < self.tries:
                self.sleep(wait)
        raise ServiceUnreachable(
            service=self.name, found=f"{trouble or 'no accepted key'} for {method} {path} in {self.tries} tries"
        )

    def _once(
        self, method: str, path: str, query: Mapping[str, Any] | None, payload: bytes | None, kind: str, *, fresh: bool
    ) -> Answer:
        parts = urlsplit(self.base)
        maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = maker(parts.hostname or "", parts.port, timeout=self.timeout)
        headers = {"Accept": "application/json", "User-Agent": "assayline", **self.headers(fresh)}
        if payload is not None:
            headers["Content-Type"] = kind
        try:
            address = parts.path.rstrip("/") + path + (f"?{urlencode(query, doseq=True)}" if query else "")
            connection.request(method, address, payload, headers)
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES + 1)
            if len(body) > MOST_BYTES:
                msg = f"an answer of more than {MOST_BYTES} bytes"
                raise http.client.HTTPException(msg)
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
        finally:
            connection.close()

    def _backoff(self, attempt: int) -> float:
        return float(min(self.longest, self.pause * 2**attempt) * self.chance.uniform(0.5, 1.0))

    def _told(self, answer: Answer, otherwise: float) -> float:
        """How long the service asks to wait, in seconds and with a little spread, at most `longest`."""
        for name in ("retry-after", "x-rate-limit-reset", "x-ratelimit-reset"):
            text = answer.headers.get(name, "")
            if text.replace(".", "", 1).isdecimal():
                return min(self.longest, float(text)) + self.chance.uniform(0, self.pause)
        return otherwise

    def _spare(self, answer: Answer) -> None:
        """Wait before the limit is hit when the service says that no request is left."""
        for kind in ("x-rate-limit", "x-ratelimit"):
            if answer.headers.get(f"{kind}-remaining") == "0":
                self.sleep(self._told(answer, self.pause))
                return

    def _refusal(self, method: str, path: str, answer: Answer) -> ServiceRefused:
        """The service's own words, with whatever fields it names."""
        said = answer.json()
        words = message(said) or answer.body[:300].decode("utf-8", "replace") or "no message"
        advice = {
            401: "Check the key in the environment.",
            403: "Ask for the right to write there.",
            404: "Check the identifier or the address.",
        }
        hint = advice.get(answer.status, "Correct what it names and push again.")
        return ServiceRefused(
            service=self.name, request=f"{method} {path}", status_code=answer.status, found=words, next=hint, said=said
        )


def message(said: Any) -> str:
    """A readable message from a service's JSON: nested messages are joined, fields and values named."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return "; ".join(filter(None, map(message, said)))
    if not isinstance(said, dict):
        return ""
    own = [
        str(said[name])
        for name in ("field", "fieldName", "index", "description", "message", "userMessage")
        if isinstance(said.get(name), (str, int))
    ]
    inner = [
        message(said[name])
        for name in ("error", "errors", "invalid", "invalidFields", "details")
        if isinstance(said.get(name), (dict, list, str))
    ]
    return ": ".join(filter(None, [*dict.fromkeys(own), *inner]))
