"""`pci evidence`: what an assessor asks for, taken from the running system.

    collectors (one module per source) -> facts.py -> requirements.py -> page.py (HTML, JSON)

Nothing here is imported by what serves calls. No fact has room for a card, a key or a token: counts, names, times.
"""
