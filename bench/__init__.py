"""`make bench`: the same short call by Asterisk's Read(), by a FastAGI server and by our flow engine, in one run."""
