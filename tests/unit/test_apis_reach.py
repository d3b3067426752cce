"""Which addresses may be asked, and which settings are refused before anything starts."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import config
from ivr.apis.api import Api
from ivr.apis.reach import AddressNotAllowed, may_reach, open_socket
from ivr.errors import ConfigError
from tests.unit.test_ivr_config import GOOD

PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    *("10.0.0.1", "127.0.0.1", "127.9.9.9", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("::1", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1"),
]
NEVER = [
    *(
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
    ),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200"),
    *(
        "168.63.129.16",
        "::",
        "::7f00:1",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "2001:db8::1",
    ),
    *("2002:7f00:1::", "2001:0:4136:e378::", "64:ff9b:1::a9fe:a9fe", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("::ffff:0.0.0.0", "100::1", "4000::1"),
]


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        *((address, True, True) for address in PUBLIC),
        *((address, False, True) for address in PRIVATE),
        *((address, False, False) for address in NEVER),
    ],
)
def test_given_an_address_then_it_may_be_asked_or_not(address: str, public: bool, private: bool) -> None:
    assert (may_reach(address, private=False), may_reach(address, private=True)) == (public, private)


@given(st.ip_addresses())
def test_given_any_address_then_what_is_not_private_is_judged_alike_for_all(
    address: IPv4Address | IPv6Address,
) -> None:
    if may_reach(str(address), private=False):
        assert may_reach(str(address), private=True)
        assert not any((address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified))


def test_given_a_connection_then_its_own_address_is_judged() -> None:
    with pytest.raises(AddressNotAllowed):
        open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("169.254.169.254", 80)), private=True)
    open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 443)), private=False).close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        *((f"https://{host}/", "leads to 169.254.169.254, where no API may be asked") for host in
          ("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518")),
        ("https://[::ffff:169.254.169.254]/", "where no API may be asked"),
        ("https://[fd00:ec2::254]/", "leads to fd00:ec2::254, where no API may be asked"),
        ("https://0/", "leads to 0.0.0.0, where no API may be asked"),
        ("https://10.1.2.3/", "leads to 10.1.2.3 in a private network: only allow_private = true permits that"),
        ("https://127.1/", "leads to 127.0.0.1 in a private network"),
        ("https://[::1]:8080/", "leads to ::1 in a private network"),
        ("http://crm.example.com/", "url starts with https:// (http:// only with allow_private = true)"),
        ("ftp://crm.example.com/", "url is an address such as https://crm.example.com/api"),
        ("crm.example.com", "url is an address such as"),
        ("https://", "url is an address such as"),
        ("https://[::1", "url is an address such as"),
        ("https://crm.example.com/?a=b", "url is an address such as"),
        ("https://u:p@crm.example.com/", "url must not hold a user name or a password: use token_file"),
    ],
)  # fmt: skip
def test_given_an_address_that_no_api_has_then_ivr_toml_is_refused_with_the_setting(
    url: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "ivr.toml").write_text(f'{GOOD}[apis.crm]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "ivr.toml")
    assert "ivr.toml: apis.crm: url " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api", "http://crm.local/", "https://[::1]/"])
def test_given_allow_private_then_this_machine_and_http_are_taken(url: str) -> None:
    assert Api(url, allow_private=True).url == url
