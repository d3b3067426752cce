"""`pci check asterisk`: what in an Asterisk's files, process and modules could show a card digit to somebody."""
