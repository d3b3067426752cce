"""The hunt for canaries: in memory, cores, files, streams of events, recordings and packet captures.

Of a card number every form in `stack.leaks.forms` is found, whole; as text also its first 8 and last 10 digits; zlib
and gzip members are inflated to a depth of two and 32 MiB each. Digits that come one by one are put together: in
events, in lines of a log, in a Python list, as tones and as telephone events. The sound of a card that a canary's
caller says is found by the hum in its pauses.

Not proved: that a security code or an expiry date lies nowhere. Three or four digits are anywhere; what is found is a
code beside its name (`cvv=`, `security_code:`), and expiry and code keyed one after the other. Not found is what was
encrypted or scrambled, a raw deflate stream (zip, compressed WebSockets), a number that a file or a memory keeps in
two places, digits that others speak in a recording, and a tone under other sound that is louder than a sixth of it.

Chance finds: with 10 000 canaries one random 10-digit number in a million is taken for the end of a canary; of the
packed forms, which have 8 bytes at least, less than one is expected in a terabyte of noise.
"""

from __future__ import annotations

from proof.hunt.find import Find, Residue
from proof.hunt.hunt import Hunt

__all__ = ["Find", "Hunt", "Residue"]
