"""What a server allows."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits, and by which status code a request beyond each is answered.

    Attributes
    ----------
    max_bytes : of a request's body; more is answered by 413.
    max_items : of a batch; more is answered by 413.
    seconds : for a body to arrive, and for its items to be tagged; more is answered by 408.
    max_waiting : requests that are tagged or wait for it; more are answered by 429.
    threads : that tag.
    token : that requests have to bear; others are answered by 401. None: anybody may ask.
    """

    max_bytes: int = 4 << 20
    max_items: int = 1000
    seconds: float = 30.0
    max_waiting: int = 64
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    token: str | None = None
