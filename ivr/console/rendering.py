"""Pages from templates and texts. Whatever is put into either is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr.console import assets
from ivr.prompts.catalogue import Catalogue

TEXTS: Final = Path(__file__).parent / "texts"
LANGUAGES: Final = ("en", "es")


@dataclass(frozen=True, slots=True)
class Texts:
    """What the pages say, in one language. The YAML files in `texts/` have the shape of sounds/prompts.yaml."""

    catalogue: Catalogue
    language: str

    def __call__(self, text_id: str, /, **values: object) -> Markup:
        """The text with its {places} filled; UnknownPrompt if there is none."""
        return Markup(escape(self.catalogue.text(text_id, self.language))).format(**values)  # noqa: S704 - escaped

    def known(self, text_id: str, otherwise: str) -> str:
        """The text, or `otherwise` if there is none: for words that operators choose."""
        return self(text_id) if text_id in self.catalogue.texts else otherwise


@dataclass(frozen=True, slots=True)
class Rendering:
    """The templates and the texts in every language."""

    environment: Environment
    catalogue: Catalogue

    @classmethod
    def load(cls) -> Rendering:
        """Those that this package ships."""
        environment = Environment(
            loader=PackageLoader("ivr.console", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["asset"] = assets.url
        return cls(environment, Catalogue.load(TEXTS))

    def texts(self, language: str) -> Texts:
        """What the pages say in this language."""
        return Texts(self.catalogue, language)

    def page(self, template: str, **values: object) -> str:
        """The template, filled."""
        return self.environment.get_template(template).render(values)


def spoken_by(chosen: str | None, accepted: str) -> str:
    """The language of a page: the one that the account chose, else the browser's favourite that there is."""
    if chosen in LANGUAGES:
        return chosen
    ranked = sorted(map(_ranked, accepted.split(",")[:20]), reverse=True)
    return next((language for weight, language in ranked if weight > 0 and language in LANGUAGES), LANGUAGES[0])


def _ranked(item: str) -> tuple[float, str]:
    language, _, weight = item.partition(";q=")
    try:
        return float(weight or 1), language.strip()[:2].lower()
    except ValueError:
        return 0, ""
