"""Money is integer cents; people read dollars."""


def dollars(cents: int) -> str:
    """`15000` → `$150.00`, `-1234567` → `-$12,345.67`."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{rest:02d}"
