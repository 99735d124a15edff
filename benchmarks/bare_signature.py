"""A bare RSA-2048 signature: the CPU that one takes. Run as a module, it measures in a process of its own."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from statistics import fmean

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SIGNATURES = 4000


def seconds_of_signature(key_file: Path, processes: int) -> float:
    """Return the mean CPU seconds of a signature, made in so many *processes* at once.

    Where two cores are threads of one, both are slower while both work: a sender's own signatures are made in as many.
    """
    command = [sys.executable, "-m", "benchmarks.bare_signature", str(key_file)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    said = [each.communicate()[0] for each in running]
    if any(each.returncode for each in running):
        raise SystemExit("the bare signatures could not be measured")
    return fmean(map(float, said))


def main() -> None:
    """Print the CPU seconds of one signature over a ready digest."""
    key = load_pem_private_key(Path(sys.argv[1]).read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise SystemExit(f"{sys.argv[1]} holds no RSA key")
    digest, padding, hashed = hashlib.sha256(b"a message").digest(), PKCS1v15(), Prehashed(SHA256())
    began = time.process_time()
    for _ in range(SIGNATURES):
        key.sign(digest, padding, hashed)
    print((time.process_time() - began) / SIGNATURES)


if __name__ == "__main__":
    main()
