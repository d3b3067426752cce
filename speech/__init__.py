"""Speech: what a person said, out of 8 kHz telephone audio. Knows sounds and words; knows no calls and no cards."""
