"""Posts every change to a URL as signed JSON: a driver as a user would write it.

    python signed_webhook.py http://localhost:8000/hook SECRET < changes.jsonl

Each line of the input is an object of paths and values, and one tick. A body is signed by HMAC-SHA256 over the time and
the body, so that whoever receives it can tell who sent it, and refuse what is old.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.request

import bassline as bl


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Sign a body as of a time."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class SignedWebhook(bl.Driver):
    """A receiver that is away or answers 5xx is tried again, 4xx makes a dead letter, Retry-After is heeded."""

    name = "webhook"

    def __init__(self, url: str, secret: str, timeout: float = 10.0) -> None:
        """Post to a URL, signed by a secret."""
        self.url, self.secret, self.timeout = url, secret.encode(), timeout

    def handle_changes(self, batch: bl.Batch) -> None:
        """Post a batch."""
        changes = [{"path": c.path, "new": c.new if c.new is not bl.Nothing else None, "tick": c.tick} for c in batch]
        if not changes:
            return
        body = json.dumps({"epoch": batch.epoch, "snapshot": batch.snapshot, "changes": changes}).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Timestamp": timestamp,
            "X-Signature": signature(self.secret, timestamp, body),
            # The same batch has the same key each time it is tried, so that the receiver can take it once.
            "Idempotency-Key": hashlib.sha256(body).hexdigest(),
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - the URL is the user's own
        try:
            urllib.request.urlopen(request, timeout=self.timeout).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                after = error.headers.get("Retry-After", "")
                if error.code in (429, 503) and after.isdigit():
                    raise bl.Backpressure(retry_after=int(after)) from error
                if error.code >= 500:
                    raise ConnectionError(f"{self.url} answered {error.code}") from error
                raise ValueError(f"{self.url} answered {error.code}") from error
        except urllib.error.URLError as error:
            raise ConnectionError(f"{self.url}: {error.reason}") from error


def main() -> None:
    """Read ticks, and post what follows from each."""
    url, secret = sys.argv[1:]
    with bl.Network() as net:
        net.attach(SignedWebhook(url, secret), max_age=0)
        for line in sys.stdin:
            with net.batch():
                for path, value in json.loads(line).items():
                    net.contact(path).value = value
            net.flush()
        print(f"{net.tick} ticks delivered")


if __name__ == "__main__":
    main()
