"""How values compare that are more than texts: numbers, dates, booleans, bytes, addresses.

A value that is not what its operator compares (a word where a number must stand) compares with nothing; it is never an error.

AWS source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

import operator
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from cloudsoc.policy.operators import Comparison

__all__ = ["COMPARE", "microseconds", "network", "number"]

Matcher = Callable[[str], bool]

_NUMBER: Final = frozenset("0123456789+-.eE")
_OCTETS: Final = {str(value): value for value in range(256)}
_LONGEST: Final = 64  # characters of a number, a date or an address; nothing that is one is longer


def number(text: str) -> "float | int | None":
    """The number that a text writes, in decimal notation, or None. Integers and short decimals are exact."""
    if len(text) > _LONGEST or not text or not _NUMBER.issuperset(text):
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def microseconds(text: str) -> int | None:
    """The time that a text writes, in microseconds since 1970, or None: ISO 8601 as the W3C profiles it (a year alone will do), or seconds since 1970.

    A time without zone is UTC. Four digits are a year, more are seconds.
    """
    if len(text) > _LONGEST or not text.isascii():
        return None
    from datetime import UTC, datetime, timedelta  # here: most policies have no dates

    seconds = number(text) if len(text) != 4 or not text.isdigit() else None
    if seconds is not None:
        try:
            return round(seconds * 1_000_000)
        except (OverflowError, ValueError):
            return None
    if "W" in text or len(text) < 4 or not text[:4].isdigit():
        return None
    full = text + ("-01-01" if len(text) == 4 else "-01" if len(text) == 7 and text[4] == "-" else "")
    try:
        found = datetime.fromisoformat(full)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return (found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def network(text: str) -> "IPv4Network | IPv6Network | None":
    """The range of addresses that a text writes in CIDR notation, a single address included, or None."""
    if len(text) > _LONGEST:
        return None
    from ipaddress import ip_network  # here: half of the import time of this package otherwise

    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _ordered(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Iterable[str]], Matcher]:
    def of(values: Iterable[str]) -> Matcher:
        known = [parsed for value in values if (parsed := parse(value)) is not None]

        def matches(value: str) -> bool:
            mine = parse(value)
            return mine is not None and any(compare(mine, other) for other in known)

        return matches

    return of


def _booleans(values: Iterable[str]) -> Matcher:
    wanted = {value.lower() for value in values} & {"true", "false"}
    return lambda value: value.lower() in wanted


def _bytes(text: str) -> bytes | None:
    try:
        return a2b_base64(text.encode("ascii"), strict_mode=True)
    except (NotBase64, ValueError):
        return None


def _range(text: str) -> tuple[int, int, int] | None:
    """The version of IP, the first and the last address of what a text writes. Most are single IPv4 addresses, and those need no `ipaddress`."""
    parts = text.split(".")
    if len(parts) == 4 and all(part in _OCTETS for part in parts):
        one = _OCTETS[parts[0]] << 24 | _OCTETS[parts[1]] << 16 | _OCTETS[parts[2]] << 8 | _OCTETS[parts[3]]
        return 4, one, one
    found = network(text)
    return None if found is None else (found.version, int(found.network_address), int(found.broadcast_address))


def _addresses(values: Iterable[str]) -> Matcher:
    ranges = [found for value in values if (found := _range(value)) is not None]

    def matches(value: str) -> bool:
        mine = _range(value)
        if mine is None:
            return False
        version, first, last = mine
        return any(version == other and low <= first and last <= high for other, low, high in ranges)

    return matches


COMPARE: "Final[dict[Comparison, Callable[[Iterable[str]], Matcher]]]" = {
    "Numeric": _ordered(number, operator.eq),
    "NumericLess": _ordered(number, operator.lt),
    "NumericLessOrEqual": _ordered(number, operator.le),
    "NumericGreater": _ordered(number, operator.gt),
    "NumericGreaterOrEqual": _ordered(number, operator.ge),
    "Date": _ordered(microseconds, operator.eq),
    "DateLess": _ordered(microseconds, operator.lt),
    "DateLessOrEqual": _ordered(microseconds, operator.le),
    "DateGreater": _ordered(microseconds, operator.gt),
    "DateGreaterOrEqual": _ordered(microseconds, operator.ge),
    "Bool": _booleans,
    "Binary": _ordered(_bytes, operator.eq),
    "IpAddress": _addresses,
}
