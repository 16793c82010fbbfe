"""Minor units: ours follow CLDR, the provider's its own list; this is the one place that converts."""

from __future__ import annotations

from hubapp.kernel.money import exponent

THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
ZERO_DECIMALS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
# Counted in hundredths by the provider although nothing smaller than one unit can be paid.
WHOLE_UNITS = frozenset({"isk", "ugx"})
# Charged in hundredths, paid out in whole units only.
WHOLE_PAYOUTS = frozenset({"huf", "twd"})


def provider_exponent(currency: str) -> int:
    """Digits after the point in the provider's amounts."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def provider_step(currency: str) -> int:
    """The smallest payable amount in the provider's units: the third decimal is always 0."""
    if currency in THREE_DECIMALS:
        return 10
    return 100 if currency in WHOLE_UNITS else 1


def charge_step(currency: str) -> int:
    """What a charge has to be a multiple of, in our minor units."""
    shift = provider_exponent(currency) - exponent(currency.upper())
    return max(1, provider_step(currency) // 10**shift) if shift >= 0 else int(provider_step(currency) * 10**-shift)


def payout_step(currency: str) -> int:
    """What a transfer and its payout have to be a multiple of, in our minor units."""
    return 100 if currency in WHOLE_PAYOUTS else charge_step(currency)


def to_provider(amount: int, currency: str) -> int:
    """Our minor units as the provider's; raises ValueError for what it cannot count."""
    shift = provider_exponent(currency) - exponent(currency.upper())
    if shift >= 0:
        return int(amount * 10**shift)
    whole, rest = divmod(amount, 10**-shift)
    if rest:
        raise ValueError(f"{amount} {currency} has more decimals than the provider counts.")
    return int(whole)


def from_provider(amount: int, currency: str) -> int:
    """The provider's minor units as ours; a part smaller than ours (of a fee, say) rounds half up."""
    shift = provider_exponent(currency) - exponent(currency.upper())
    if shift <= 0:
        return int(amount * 10**-shift)
    size = 10**shift
    return int((abs(amount) + size // 2) // size * (1 if amount >= 0 else -1))
