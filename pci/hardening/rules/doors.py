"""Who gets in: http.conf, ari.conf, and passwords that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pci.hardening.conffile import Place, Section
from pci.hardening.rule import ADVICE, EXPOSED, LEAK, Asterisk, Rule, is_empty, is_loopback, is_off, is_on, setting

LOGINS: Final = ("gate", "pci")
_SHORTEST: Final = 12
_SAMPLES: Final = (
    "password",
    "secret",
    "asterisk",
    "changeme",
    "change_me",
    "mysecret",
    "unsecure",
    "supersecret",
    "example",
)


def _open_http(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    enabled = asterisk.settings("http.conf", "general", "enabled")
    if enabled and is_on(enabled[-1].value):
        yield from setting("http.conf", "general", "bindaddr", is_loopback, "127.0.0.1")(asterisk)  # without: no HTTP


def _old_tls(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    enabled = asterisk.settings("http.conf", "general", "tlsenable")
    offered = enabled and is_on(enabled[-1].value)
    for key, default in (("tlsdisablev1", "yes"), ("tlsdisablev11", "no")) if offered else ():
        yield from setting("http.conf", "general", key, is_on, default)(asterisk)


def _accounts(asterisk: Asterisk) -> list[Section]:
    return [section for section in asterisk.file("ari.conf").sections if section.name.lower() != "general"]


def _unknown_logins(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in _accounts(asterisk):
        if section.name not in LOGINS and section.last("type", "user").lower() == "user":
            yield section.place, f"[{section.name}] may log in"


def _outbound(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in (*_accounts(asterisk), *asterisk.file("websocket_client.conf").sections):
        if section.last("type").lower() in ("outbound_websocket", "websocket_client"):
            yield section.place, f"[{section.name}] opens a connection from here"


def _read_only(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in _accounts(asterisk):
        if is_on(section.last("read_only")):
            yield section.all("read_only")[-1].place, f"[{section.name}] read_only"


def _known_passwords(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for name, key in (("ari.conf", "password"), ("manager.conf", "secret"), ("pjsip.conf", "password")):
        for section in asterisk.file(name).sections:
            for one in section.all(key):
                words = (*_SAMPLES, section.name.lower())
                if any(word in one.value.lower() and len(one.value) < 2 * _SHORTEST for word in words):
                    yield one.place, f"the password of [{section.name}] is made of a well-known word"
                elif len(one.value) < _SHORTEST:
                    yield one.place, f"the password of [{section.name}] is shorter than {_SHORTEST} characters"


# fmt: off
RULES: Final = (
    Rule("AST301", EXPOSED, "Plain HTTP is served beyond this machine",
         "an ARI login and every key event then cross the network readable",
         "http.conf: bindaddr = 127.0.0.1",
         _open_http),
    Rule("AST302", EXPOSED, "Static files are served",
         "whatever is put below static-http, recordings for one, can be fetched",
         "http.conf: enable_static = no",
         setting("http.conf", "general", "enable_static", is_off, "no")),
    Rule("AST303", ADVICE, "The status page is served",
         "it tells everybody where Asterisk listens and what it offers",
         "http.conf: enable_status = no",
         setting("http.conf", "general", "enable_status", is_off, "no")),
    Rule("AST304", ADVICE, "HTTP has a path prefix",
         "it hides nothing, and url in pci.toml and gate.toml has to end in it",
         "http.conf: remove prefix",
         setting("http.conf", "general", "prefix", is_empty, "")),
    Rule("AST305", EXPOSED, "HTTPS allows an outdated TLS",
         "TLS 1.0 and 1.1 can be broken, and PCI DSS 4.2.1 asks for strong cryptography",
         "http.conf: tlsdisablev1 = yes and tlsdisablev11 = yes",
         _old_tls),
    Rule("AST311", EXPOSED, "Web pages of other origins may use ARI",
         "a page in the browser of somebody on this machine could then drive calls",
         "ari.conf: remove allowed_origins",
         setting("ari.conf", "general", "allowed_origins", is_empty, "")),
    Rule("AST312", ADVICE, "ARI answers are pretty-printed",
         "each event costs more, and a captured stream is easier to search",
         "ari.conf: pretty = no",
         setting("ari.conf", "general", "pretty", is_off, "no")),
    Rule("AST313", EXPOSED, "ARI events carry channel variables",
         "what a variable holds then goes to every application",
         "ari.conf: remove channelvars",
         setting("ari.conf", "general", "channelvars", is_empty, "")),
    Rule("AST321", LEAK, "An ARI login beside those of the gate and the card side",
         "any ARI login, a read-only one too, can subscribe to every key of every call",
         "ari.conf: keep [gate] and [pci] alone",
         _unknown_logins),
    Rule("AST322", ADVICE, "A read-only ARI login",
         "it keeps nobody from the keys: a read-only login gets every event that it asks for",
         "ari.conf: remove the login, or set read_only = no if it is the card side's or the gate's",
         _read_only),
    Rule("AST323", LEAK, "Asterisk itself opens a WebSocket to somewhere",
         "events, keys among them, or the caller's audio leave the machine",
         "ari.conf and websocket_client.conf: remove the section",
         _outbound),
    Rule("AST331", EXPOSED, "A password that can be guessed",
         "PCI DSS 2.2.2 and 8.3.6: no vendor defaults, at least 12 characters",
         "make one: `openssl rand -base64 24`",
         _known_passwords),
)
# fmt: on
