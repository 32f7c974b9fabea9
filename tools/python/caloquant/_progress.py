"""A bar per phase and trial with tqdm, where it is installed and somebody looks."""
from __future__ import annotations

import sys
from typing import Any, Callable


class Progress:
    def __init__(self, wanted: bool | None) -> None:
        self._tqdm: Callable[..., Any] | None = None
        self._bar: Any = None
        self._done = 0
        if wanted is False:
            return
        try:
            from tqdm.auto import tqdm
        except ImportError:
            if wanted:
                raise
            return
        if wanted or sys.stderr.isatty() or "ipykernel" in sys.modules:
            self._tqdm = tqdm

    def on_phase(self, phase: str, events: int) -> None:
        self.close()
        if self._tqdm is not None:
            self._bar = self._tqdm(total=events, desc=phase, unit="event", leave=False)
        self._done = 0

    def on_events(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done - self._done)
        self._done = done

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
