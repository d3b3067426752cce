"""What callers say comes here and nowhere else: as sound from Asterisk. It leaves as words, or not at all."""
