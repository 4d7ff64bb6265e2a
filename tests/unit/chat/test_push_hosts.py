"""Where pushes may go: to public push services, never into our own network."""

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from chat.channels.push_hosts import BadEndpoint, PublicResolver, check_endpoint

OWN = ("http://127.0.0.1:9999",)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def-_",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QAbc",
        "https://push.example:443/x",
        "http://127.0.0.1:9999/send/x",
    ],
)
def test_push_services_are_taken(endpoint: str) -> None:
    check_endpoint(endpoint, OWN)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost/x",
        "https://localhost./x",
        "https://db.internal/x",
        "https://printer.local/x",
        "https://push.example:8443/x",
        "https://push.example:x/x",
        "https://user:pass@push.example/x",
        "http://127.0.0.1:9999.push.example/x",
        "http://127.0.0.1:99990/x",
        "https://push.example/a b",
        "https://púsh.example/x",
        "file:///etc/passwd",
        "https://push.example/" + "x" * 1000,
    ],
)
def test_whatever_else_a_browser_names_is_not(endpoint: str) -> None:
    with pytest.raises(BadEndpoint):
        check_endpoint(endpoint, OWN)


class Names(AbstractResolver):
    """Answers every name with these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in self.addresses
        ]

    async def close(self) -> None:
        return


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "172.16.3.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
    ],
)
async def test_a_name_that_leads_inside_is_not_found(address: str) -> None:
    with pytest.raises(OSError, match="no public address"):
        await PublicResolver(Names(address)).resolve("push.example", 443)
    both = await PublicResolver(Names(address, "203.0.114.7")).resolve("push.example", 443)
    assert [one["host"] for one in both] == ["203.0.114.7"]
