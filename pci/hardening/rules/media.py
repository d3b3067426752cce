"""What a call's sound and its signalling cross: rtp.conf, and pjsip.conf with its trunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pci.hardening.conffile import Place, Section
from pci.hardening.rule import (
    ADVICE,
    EXPOSED,
    LEAK,
    Asterisk,
    Find,
    Rule,
    is_empty,
    is_loopback,
    is_off,
    is_on,
    judged,
    objects,
    setting,
)

_MODERN_TLS: Final = frozenset({"tlsv1_2", "tlsv1_3"})
_SECURE: Final = frozenset({"tls", "wss"})


def _outward(asterisk: Asterisk, *, tls: bool | None = None) -> list[Section]:
    """The transports that others than this machine can reach; of those only TLS, or only the others."""
    found = [one for one in objects(asterisk, "transport") if not is_loopback(one.last("bind"))]
    return [one for one in found if tls is None or (one.last("protocol", "udp").lower() in _SECURE) is tls]


def _trunks(asterisk: Asterisk) -> list[Section]:
    """The endpoints whose calls cross a network: unless there is no way out, or they keep to a local transport."""
    outward = {one.name for one in _outward(asterisk)}
    local = {one.name for one in objects(asterisk, "transport")} - outward
    endpoints = objects(asterisk, "endpoint")
    return [one for one in endpoints if outward and (_is_anonymous(one) or one.last("transport") not in local)]


def _is_anonymous(endpoint: Section) -> bool:
    """Whether it takes calls from whoever is not known, on every transport that there is."""
    return endpoint.name.lower().partition("@")[0] == "anonymous"


def _each(
    sections: Callable[[Asterisk], list[Section]], key: str, allowed: Callable[[str], bool], default: str
) -> Find:
    def find(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
        for section in sections(asterisk):
            yield from judged(section, key, allowed, default)

    return find


def _endpoints(asterisk: Asterisk) -> list[Section]:
    return objects(asterisk, "endpoint")


def _tls(asterisk: Asterisk) -> list[Section]:
    return _outward(asterisk, tls=True)


def _in_clear(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in _outward(asterisk, tls=False):
        place = section.all("bind")[-1].place if section.all("bind") else section.place
        yield place, f"[{section.name}] {section.last('protocol', 'udp')} on {section.last('bind', 'every address')}"


def _mapped(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in objects(asterisk, "log_mappings", "pjproject.conf"):
        for one in section.settings:
            if (
                one.key.lower().startswith("asterisk_")
                and set("3456") & set(one.value)
                and one.key != "asterisk_debug"
            ):
                yield one.place, f"{one.key} = {one.value}"


def _anybody(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in _trunks(asterisk):
        if _is_anonymous(section):
            yield section.place, f"[{section.name}] takes calls from everywhere"


def _pages(asterisk: Asterisk) -> list[Section]:
    """The phones in web pages."""
    return [one for one in objects(asterisk, "endpoint") if is_on(one.last("webrtc"))]


def _written_secrets(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    named = {name.strip() for one in _pages(asterisk) for name in one.last("auth").split(",")}
    for secret in objects(asterisk, "auth"):
        if secret.name in named:
            yield secret.place, f"[{secret.name}] is a secret for every day"


# fmt: off
RULES: Final = (
    Rule("AST401", EXPOSED, "Sound from strangers is taken for the caller's",
         "whoever finds the port puts keys into a call",
         "rtp.conf: strictrtp = yes",
         setting("rtp.conf", "general", "strictrtp", lambda value: is_on(value) or value == "seqno", "yes")),
    Rule("AST402", EXPOSED, "Encrypted sound may be replayed",
         "recorded key presses can be sent again",
         "rtp.conf: srtpreplayprotection = yes",
         setting("rtp.conf", "general", "srtpreplayprotection", is_on, "yes")),
    Rule("AST403", ADVICE, "A server outside is told of each call",
         "STUN tells it where and when a call takes place",
         "rtp.conf: remove stunaddr, and give the public address as external_media_address in pjsip.conf",
         setting("rtp.conf", "general", "stunaddr", is_empty, "")),
    Rule("AST411", LEAK, "SIP crosses the network in clear",
         "the key of the encrypted sound stands in it, and so do SIP INFO keys",
         "pjsip.conf: protocol = tls, or bind to 127.0.0.1",
         _in_clear),
    Rule("AST412", EXPOSED, "The trunk's TLS may be outdated",
         "TLS 1.0 and 1.1 can be broken, and PCI DSS 4.2.1 asks for strong cryptography",
         "pjsip.conf: method = tlsv1_2 in the transport",
         _each(_tls, "method", lambda value: value.lower() in _MODERN_TLS, "what the TLS library offers")),
    Rule("AST413", EXPOSED, "The trunk's certificate is not checked",
         "somebody between here and the carrier can take the carrier's place and hear every key",
         "pjsip.conf: verify_server = yes in the transport, with a ca_list_file",
         _each(_tls, "verify_server", is_on, "no")),
    Rule("AST414", ADVICE, "Whoever calls in over TLS shows no certificate",
         "a stranger gets as far as the endpoint's own identification",
         "pjsip.conf: verify_client = yes and require_client_cert = yes in the transport, if the carrier has one",
         _each(_tls, "verify_client", is_on, "no")),
    Rule("AST421", LEAK, "The sound of a trunk is not encrypted",
         "RTP carries the keys, as events or as tones, readable by everybody on the way",
         "pjsip.conf: media_encryption = sdes (with TLS) or dtls in the endpoint",
         _each(_trunks, "media_encryption", lambda value: value.lower() in ("sdes", "dtls"), "no")),
    Rule("AST422", LEAK, "Encryption of the sound may be left out",
         "an answer without encryption is taken, and the keys cross in clear",
         "pjsip.conf: media_encryption_optimistic = no",
         _each(_endpoints, "media_encryption_optimistic", is_off, "no")),
    Rule("AST423", LEAK, "Two phones may exchange their sound directly",
         "the caller's keys then reach the other phone, and the card side never sees them",
         "pjsip.conf: direct_media = no",
         _each(_endpoints, "direct_media", is_off, "yes")),
    Rule("AST424", LEAK, "Keys are taken from SIP INFO",
         "each one stands as text in SIP, and in every trace of it",
         "pjsip.conf: dtmf_mode = rfc4733",
         _each(_endpoints, "dtmf_mode", lambda value: "info" not in value.lower(), "rfc4733")),
    Rule("AST425", EXPOSED, "A caller may transfer himself",
         "the call then leaves the flow, and with it the card side's protection",
         "pjsip.conf: allow_transfer = no",
         _each(_endpoints, "allow_transfer", is_off, "yes")),
    Rule("AST426", ADVICE, "An endpoint may subscribe to states",
         "it learns who is in which call",
         "pjsip.conf: allow_subscribe = no",
         _each(_endpoints, "allow_subscribe", is_off, "yes")),
    Rule("AST427", LEAK, "An endpoint may start a recording",
         "the recording holds the caller's tones",
         "pjsip.conf: one_touch_recording = no",
         _each(_endpoints, "one_touch_recording", is_off, "no")),
    Rule("AST428", EXPOSED, "Anybody in reach of a trunk's transport may call",
         "a payment line that takes calls from everywhere is where stolen cards are tried",
         "pjsip.conf: an endpoint with `type = identify` and the carrier's addresses instead",
         _anybody),
    Rule("AST431", LEAK, "SIP is logged",
         "SIP INFO keys, and the keys of encrypted sound, stand in it",
         "pjsip.conf: debug = no in the global section",
         _each(lambda asterisk: objects(asterisk, "global"), "debug", lambda value: value.lower() == "no", "no")),
    Rule("AST432", EXPOSED, "The SIP library's detailed messages go to a log",
         "they describe every message, and nobody has decided what of it stands in them",
         "pjproject.conf: remove the section with `type = log_mappings`",
         _mapped),
    Rule("AST433", ADVICE, "SIP tells the version of Asterisk",
         "it saves an attacker the search for what fits",
         "pjsip.conf: user_agent = PBX in the global section",
         _each(lambda asterisk: objects(asterisk, "global"), "user_agent", bool, "")),
    Rule("AST441", LEAK, "A phone in a web page is sent keys",
         "the page plays the keys of a caller in a bridge with it, and a script in it can read them",
         "pjsip.conf: dtmf_mode = none in each endpoint with webrtc = yes",
         _each(_pages, "dtmf_mode", lambda value: value.lower() == "none", "rfc4733")),
    Rule("AST442", EXPOSED, "A phone in a web page needs no secret",
         "whoever reaches the WebSocket takes the agent's calls",
         "pjsip.conf: auth = the name of the endpoint; the gate sets the secret",
         _each(_pages, "auth", bool, "")),
    Rule("AST443", EXPOSED, "The secret of a phone in a web page is the same every day",
         "who has seen it once takes the agent's calls for ever",
         "pjsip.conf: remove the section with type = auth; the gate sets a new secret at each sign-in",
         _written_secrets),
)
# fmt: on
