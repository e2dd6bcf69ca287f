"""The Ed25519 key that signs checkpoints: one file, made on first use."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from dashboard.web.atomic_file import write_new


class NoKey(Exception):
    """There is no usable key."""


def make_key(path: Path) -> Ed25519PrivateKey:
    """Return the key kept in ``path``; the first call makes it, readable by its owner only.

    Raises ``NoKey`` when the file is not such a key, ``OSError`` when it cannot be written.
    """
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, private_pem(key), 0o600)
    return read_key(path)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key kept in ``path``; raises ``NoKey``."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        raise NoKey(f"there is no key in {path} to check a checkpoint with") from None
    except (ValueError, TypeError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no PEM file of a private key"
        raise NoKey(f"{path} is not a readable key: {why}; check GATEHOUSE_CHECKPOINT_KEY") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{path} is not an Ed25519 key")
    return key


def known_keys(folder: Path, path: Path) -> tuple[Ed25519PublicKey, ...]:
    """Return the public half of the key in ``path``, if there is one, and the public keys in ``folder``.

    Whoever may put files there says which keys count. Raises ``NoKey`` when ``path`` is no such key.
    """
    own = [read_key(path).public_key()] if path.exists() else []
    others = (_public(found) for found in sorted(folder.glob("*.pub.pem")))
    keys = {key.public_bytes_raw(): key for key in (*own, *others) if key}
    return tuple(keys.values())


def _public(path: Path) -> Ed25519PublicKey | None:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, TypeError, OSError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return a key as PEM, for its own file only."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM, for others to check with."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
