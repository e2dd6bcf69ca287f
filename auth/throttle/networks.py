"""Which addresses are one: what a customer of a provider usually has, and the network around it."""

from ipaddress import ip_network

#: Bits of an address that tell who has it, and those that tell the network.
ADDRESS_BITS, NETWORK_BITS = {4: 32, 6: 64}, {4: 24, 6: 48}


def address_and_network(address: str) -> tuple[str, str]:
    """Return what counts as one address, all of an IPv6 customer's /64, and its network."""
    version = 6 if ":" in address else 4
    return _around(address, ADDRESS_BITS[version]), _around(address, NETWORK_BITS[version])


def network_of(address: str | None) -> str:
    """Return the network of an address, empty when there is none."""
    return address_and_network(address)[1] if address else ""


def _around(address: str, bits: int) -> str:
    return str(ip_network(f"{address}/{bits}", strict=False))
