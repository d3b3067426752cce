"""`make demo`: a real call through a real Asterisk pays an invoice, shown as it happens and measured at the end."""
