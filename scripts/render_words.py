"""Make the words that the phones of the demo and of the proof say, `make sounds`: stack/phones/words/*.wav.

In the English voice of our prompts, in which they say digits too. A word alone is said in more than one way:
these sentences bring out one that the shipped model of English digits tells from all others.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.render_sounds import VOICES, install_voice, install_voice_file  # noqa: E402 - a folder, not installed

WORDS = ROOT / "stack" / "phones" / "words"
IN_SENTENCES = {"yes": ("I say:", "yes.", ""), "no": ("", "No,", "that is wrong."), "pay": ("", "Pay.", "")}


def main() -> None:
    """Make those that are not there."""
    jobs = [
        {
            "path": f"{word}.wav",
            "before": before,
            "text": text,
            "after": after,
            "speed": 1.0,
            "lead": 0.05,
            "tail": 0.05,
        }
        for word, (before, text, after) in IN_SENTENCES.items()
        if not (WORDS / f"{word}.wav").is_file()
    ]
    if jobs:
        voice = [install_voice(), Path(__file__).with_name("voice.py"), install_voice_file(VOICES["en"]), WORDS]
        subprocess.run(voice, input=json.dumps(jobs), text=True, check=True)


if __name__ == "__main__":
    main()
