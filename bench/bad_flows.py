"""How long bad flows take to be refused: `python -m bench.bad_flows`. Each is meant to cost the program its time.

What is measured is `ivr check` without the start of the program: milliseconds of wall time, and of CPU, the best of
five; other programs on the machine take their share of the wall time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.flow.library import check
from ivr.prompts.catalogue import Catalogue

AIM = 100.0
ROUNDS = 5
_HEAD = 'flow: bad\nanswers: ["1000"]\n'


def bad_flows() -> Iterator[tuple[str, dict[str, str]]]:
    """What each is, and its files; the first is the one that is checked."""
    bomb = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    bomb += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    yield "a YAML bomb", {"bad": "\n".join(bomb)}
    yield "a text of 1 MB", {"bad": f"{_HEAD}steps: {{a: {{say: {'w' * 1_000_000}}}}}"}
    yield "a file of 5 MB", {"bad": "#" * 5_000_000}
    yield "500 brackets deep", {"bad": f"{_HEAD}steps: {'[' * 500}{']' * 500}"}
    steps = "".join(f"  s{n}: {{say: welcome}}\n" for n in range(10_000))
    yield "10 000 steps", {"bad": f"{_HEAD}steps:\n{steps}"}
    steps = "".join(f"  s{n}: {{say: welcome, next: {{done: s{(n + 1) % 500}}}}}\n" for n in range(500))
    yield "a loop of 500 steps that never waits", {"bad": f"{_HEAD}steps:\n{steps}"}
    steps = "".join(f"  s{n}: {{say: welcome, next: {{done: s{(n * 7 + 1) % 500}}}}}\n" for n in range(500))
    yield "500 steps that lead anywhere", {"bad": f"{_HEAD}steps:\n{steps}"}
    yield "an unknown sound", {"bad": f"{_HEAD}steps: {{a: {{say: no-such-sound}}}}"}
    sounds = ", ".join(f"no-such-sound-{n}" for n in range(2_000))
    yield "2 000 unknown sounds", {"bad": f"{_HEAD}steps: {{a: {{say: [{sounds}]}}}}"}
    yield "a sound that climbs out", {"bad": f"{_HEAD}steps: {{a: {{say: ../../etc/passwd}}}}"}
    yield "a flow that climbs out", {"bad": f"{_HEAD}steps: {{a: {{call: ../../etc/passwd}}}}"}
    yield "a flow that calls itself", {"bad": "flow: bad\nreturns: done\nsteps: {a: {call: bad}}"}
    circle = {f"f{n}": f"flow: f{n}\nreturns: done\nsteps: {{a: {{call: f{(n + 1) % 100}}}}}" for n in range(100)}
    yield "100 flows that call each other", {"bad": f"{_HEAD}steps: {{a: {{call: f0}}}}", **circle}
    condition = " and ".join(["invoice.amount > 1"] * 16)
    steps = "".join(f"  s{n}: {{when: {condition}, next: {{no: s{n}}}}}\n" for n in range(100))
    yield "conditions without end", {"bad": f"{_HEAD}steps:\n{steps}"}


def main() -> int:
    """Print each with its time; 1 if one took longer than it may, or was not refused."""
    catalogue = Catalogue.load(Path(__file__).parents[1] / "sounds")
    late = False
    for name, files in bad_flows():
        with TemporaryDirectory() as folder:
            for file, text in files.items():
                (Path(folder) / f"{file}.yaml").write_text(text, encoding="utf-8")
            rounds = [_once(Path(folder) / "bad.yaml", catalogue) for _ in range(ROUNDS)]
        wall, cpu, codes = min(rounds)
        print(f"{wall:7.1f} ms {cpu:7.1f} ms CPU  {name:<38} {codes or 'NOT REFUSED'}")
        late = late or wall > AIM or not codes
    return 1 if late else 0


def _once(file: Path, catalogue: Catalogue) -> tuple[float, float, str]:
    wall, cpu = time.perf_counter(), time.process_time()
    problems = check(file, catalogue)
    codes = ", ".join(sorted({problem.code.value for problem in problems}))
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), codes


if __name__ == "__main__":
    sys.exit(main())
