"""The leak proof: calls with canary cards by every way, and a hunt for every canary wherever it must not be."""
