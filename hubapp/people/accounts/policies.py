"""Pure rules of accounts: addresses, names, passwords, one-time codes, devices."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from datetime import datetime, timedelta

import pyotp

SESSION_LIFE = timedelta(days=60)
PENDING_LIFE = timedelta(minutes=20)
LINK_LIFE = {"confirm": timedelta(days=2), "reset": timedelta(hours=1), "change": timedelta(hours=24)}
MIN_PASSWORD = 10
MAX_PASSWORD = 256
MAX_NAME = 80
MAX_EMAIL = 254
MIN_DISTINCT = 5
TOTP_SECONDS = 30
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
JOINERS = "\u200c\u200d"  # part of the spelling of names in Persian and in Indic scripts

# One @, a dot in the domain, no spaces, brackets or control characters: refuses typing errors and header tricks.
EMAIL = re.compile(
    r"^[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$"
)

# Stems of what people choose first; digits and signs around them add nothing.
COMMON_STEMS = frozenset(
    """
    password passwort passw motdepasse contrasena azerty azertyuiop qwerty qwertyuiop qwertz qwertzuiop asdfgh
    asdfghjkl zxcvbn zxcvbnm letmein welcome bienvenue willkommen iloveyou jetaime princess sunshine football
    baseball basketball superman batman dragon monkey shadow master michael charlie trustno secret changeme default
    administrator admin root login guest user testtest test hello hellohello bonjour marseille internet computer
    starwars pokemon minecraft whatever freedom summer winter spring autumn january february march april june july
    august september october november december monday tuesday wednesday thursday friday saturday sunday liverpool
    arsenal chelsea barcelona realmadrid juventus google facebook samsung iphone android windows microsoft company
    business qazwsx qazwsxedc abc abcd abcdef abcdefgh abcdefghij abcdefghijkl abcabc onetwothree
    """.split()  # noqa: SIM905  a list of words is easier to keep as words
)
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "01234567890123456789",
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")


def normal_email(text: str) -> str | None:
    """The address in the form accounts are kept under, or None if it is not one."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    return email if len(email) <= MAX_EMAIL and EMAIL.match(email) else None


def normal_name(text: str) -> str | None:
    """A name on one line, without control or direction characters, or None if nothing is left or it is too long."""
    clean = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    clean = "".join(char for char in clean if char in JOINERS or unicodedata.category(char) not in UNSEEN)
    name = " ".join(clean.split())
    return name if 0 < len(name) <= MAX_NAME else None


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def password_weakness(password: str, *, personal: tuple[str, ...]) -> str | None:
    """Why a password will not do: `short`, `long`, `common` or `personal`; None if it will.

    `personal` holds the account's address and name.
    """
    if len(password) < MIN_PASSWORD:
        return "short"
    if len(password) > MAX_PASSWORD:
        return "long"
    plain = unicodedata.normalize("NFKC", password).casefold()
    if _is_common(plain):
        return "common"
    return "personal" if _is_personal(plain, personal) else None


def _is_common(plain: str) -> bool:
    if len(set(plain)) < MIN_DISTINCT:
        return True
    letters = re.sub(r"[\W\d_]+", "", plain)
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)  # without the digits and signs put around it
    unmasked = re.sub(r"[\W\d_]+", "", core.translate(_LEET))
    if letters in COMMON_STEMS or unmasked in COMMON_STEMS:
        return True
    half = len(plain) // 2
    if len(plain) % 2 == 0 and plain[:half] == plain[half:] and half < MIN_PASSWORD:
        return True
    return any(plain in run * 2 or plain in (run * 2)[::-1] for run in RUNS)


def _is_personal(plain: str, personal: tuple[str, ...]) -> bool:
    words = [word for text in personal for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 4]  # noqa: PLR2004
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    # What is left beside the person's own name must still be hard to guess.
    return rest != plain and len(rest) < MIN_PASSWORD - 4


def totp_step(now: datetime) -> int:
    """The number of the current 30-second step."""
    return int(now.timestamp()) // TOTP_SECONDS


def totp_match(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """The step that `code` belongs to, one step of drift either way; None if wrong or not newer than `last_step`."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp = pyotp.TOTP(secret)
    current = totp_step(now)
    for step in (current - 1, current, current + 1):
        if step > last_step and pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


def totp_address(secret: str, *, email: str, issuer: str) -> str:
    """The otpauth:// address that authenticator apps read from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def recovery_hash(code: str) -> bytes:
    """Hash of a recovery code, however it was typed. Codes are long random values, so a fast hash is enough."""
    return digest("recovery:" + re.sub(r"[^0-9A-Z]", "", code.upper()))


def digest(text: str) -> bytes:
    """SHA-256 of a random token: what the database keeps of it."""
    return hashlib.sha256(text.encode()).digest()


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or an IPv6 /64 (what one household gets)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_family(user_agent: str) -> tuple[str, str]:
    """(browser, system) in rough terms from a User-Agent header; empty where unknown."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return browser, system
