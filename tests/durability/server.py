"""Starts real gunicorns from a process that has imported the application already, so that twenty of them are not twenty imports.

Reads one port a line; for each it forks a gunicorn in a process group of its own and prints the group's number. The caller kills
the groups; the end of the input ends this process.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from diagnostics import create_app


class Served(BaseApplication):  # type: ignore[misc]
    """The application as `make run` serves it, on one port."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"127.0.0.1:{self.port}", "workers": 2, "threads": 3, "worker_class": "gthread", "loglevel": "critical", "control_socket_disable": True,
        }  # fmt: skip
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sys.argv = ["gunicorn"]
            Served(int(line)).run()
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
