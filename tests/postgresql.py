"""A private PostgreSQL cluster on a free port, for the time of a test run. Nothing of the machine's own servers is touched."""

import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql")


class MissingError(RuntimeError):
    """PostgreSQL is not installed; the message gives the command."""


def _binary(name: str) -> str:
    """The newest server program of that name, in Debian's folders or on the PATH."""
    for folder in FOLDERS:
        found = sorted(
            Path(folder).glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]) if path.parts[-3].isdigit() else 0
        )
        if found:
            return str(found[-1])
    path = shutil.which(name)
    if path is None:
        message = f"{name} is missing: apt-get install postgresql"
        raise MissingError(message)
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    port: int

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator["Cluster"]:
        """Starts a cluster in `folder` and stops it afterwards. As root it runs as the account `postgres` or `nobody`."""
        owner = _unprivileged()
        home = Path("/tmp") / f"pg-{uuid.uuid4().hex[:12]}"  # noqa: S108 - A short path: the socket's name has a limit.
        home.mkdir(mode=0o700)
        if owner is not None:
            shutil.chown(home, owner)
        data = home / "data"
        port = _free_port()

        def run(*command: str) -> None:
            subprocess.run(
                command, check=True, capture_output=True, user=owner, cwd=home, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}
            )

        run(_binary("initdb"), "-D", str(data), "-U", "diagnostics", "--auth=trust", "-E", "UTF8", "--no-sync", "--locale=C")
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={home} -c fsync=off -c max_connections=200"
        )
        try:
            run(_binary("pg_ctl"), "-D", str(data), "-w", "-t", "60", "-l", str(home / "log"), "-o", options, "start")
            yield cls(port)
        finally:
            subprocess.run(
                [_binary("pg_ctl"), "-D", str(data), "-m", "immediate", "stop"],
                check=False,
                capture_output=True,
                user=owner,
                cwd=home,
            )
            shutil.rmtree(home, ignore_errors=True)
            folder.mkdir(exist_ok=True)

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=diagnostics dbname=postgres", autocommit=True)

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A database of its own, empty or the copy of another (by address); gives its SQLAlchemy address."""
        name = f"t{uuid.uuid4().hex[:16]}"
        source = template.rpartition("/")[2]
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        yield f"postgresql+psycopg://diagnostics@127.0.0.1:{self.port}/{name}"
        with self._admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _unprivileged() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    message = "No unprivileged account to run PostgreSQL as."
    raise MissingError(message)
