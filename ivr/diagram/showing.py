"""`ivr show`: the diagram of a flow in the terminal, and as an SVG."""

from __future__ import annotations

from pathlib import Path

from ivr.diagram.chart import Chart, chart
from ivr.errors import ConfigError
from ivr.flow.model import Flow
from ivr.prompts.catalogue import Catalogue


def chart_of(flow: Flow, catalogue: Catalogue) -> Chart:
    """The chart of a flow with the prompts in its first language."""
    language = flow.languages[0]
    return chart(flow, {prompt: texts[language] for prompt, texts in catalogue.texts.items() if language in texts})


def save_svg(svg: str, file: Path) -> None:
    """Write the SVG; ConfigError if the file cannot be written."""
    try:
        file.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be written: {error.strerror}. Name another file, in a folder that is there."
        ) from None
