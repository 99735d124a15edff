"""A Postfix of our own: on loopback, in a folder of its own, with nothing of the machine's mail system in it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534

# What is for another domain is bounced here, so that whatever a test does, no mail leaves the machine.
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.quay.example
mydestination =
mynetworks = 127.0.0.1/32
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
in_flow_delay = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class LocalPostfix:
    """A running Postfix that puts whatever is for its domain, whoever it is for, into one maildir."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Give the relay's address."""
        return f"smtp://127.0.0.1:{self.port}"

    def delivered(self) -> list[Path]:
        """Give the files of the messages that were delivered so far."""
        return list((self.folder / "mail" / "new").glob("*"))

    def log(self) -> str:
        """Give what it said."""
        return (self.folder / "log").read_text()


def missing() -> str | None:
    """Say why there can be no Postfix here, or None when there can."""
    if os.geteuid() != 0:
        return "a Postfix of our own needs root: its daemons change their user"
    if shutil.which("postfix") is None:
        return "there is no Postfix here; `make test` installs it where it can"
    return None


@contextmanager
def running_postfix(domain: str) -> Iterator[LocalPostfix]:
    """Run a Postfix for *domain*, and end it for certain."""
    # Not in the tests' own temporary folder, which only root may enter: its daemons deliver as nobody.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        postfix = _laid_out(Path(name), domain)
        try:
            _control(postfix, "start")
            yield postfix
        finally:
            _end(postfix)


def _laid_out(folder: Path, domain: str) -> LocalPostfix:
    folder.chmod(0o755)
    for part in ("configuration", "queue", "data", "mail"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", NOBODY, NOBODY)
    port = _free_port()
    (folder / "configuration" / "main.cf").write_text(MAIN.format(folder=folder, domain=domain, nobody=NOBODY))
    (folder / "configuration" / "master.cf").write_text(MASTER.format(port=port))
    return LocalPostfix(folder, port)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _control(postfix: LocalPostfix, command: str) -> None:
    said = subprocess.run(
        ["postfix", "-c", postfix.folder / "configuration", command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert said.returncode == 0, said.stderr + (postfix.log() if (postfix.folder / "log").exists() else "")


def _end(postfix: LocalPostfix) -> None:
    """Stop it its own way, and if its master process outlives that, with all that it started."""
    number = postfix.folder / "queue" / "pid" / "master.pid"
    if not number.exists():
        return
    master = int(number.read_text())
    try:
        _control(postfix, "stop")
    finally:
        with suppress(ProcessLookupError):  # mostly it is gone by now
            os.killpg(master, signal.SIGKILL)
