"""The description of the API: valid, of every route and of no other, and the one that the docs hold."""

from __future__ import annotations

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from ivr.agents.errors import AgentError
from ivr.desktop.description import described
from ivr.desktop.problems import PROBLEMS, MethodUnknown, code_of, status_of
from ivr.desktop.routes import ROUTES
from ivr.errors import IvrError
from tests.desktop.rig import served

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"


def test_it_is_openapi() -> None:
    OpenAPIV31SpecValidator(described()).validate()


def test_every_route_is_in_it_and_every_operation_is_a_route() -> None:
    operations = {(method.upper(), path) for path, methods in described()["paths"].items() for method in methods}
    assert operations == {(route.method, route.path) for route in ROUTES}


def test_every_problem_has_a_status_that_is_described_and_a_code_of_its_own() -> None:
    kinds: list[type[IvrError]] = [*PROBLEMS, *AgentError.__subclasses__()]
    told = {str(status_of(kind)) for kind in kinds if kind is not MethodUnknown}  # that one is of no operation
    assert told <= set(described()["components"]["responses"])
    assert len({code_of(kind) for kind in kinds}) == len(kinds)


async def test_it_is_served_to_everybody_and_written_in_the_docs() -> None:
    async with served() as api:
        answer = await api.nobody().get("/v1/openapi.json")
    assert answer.said == described() == json.loads(WRITTEN.read_text("utf-8"))
