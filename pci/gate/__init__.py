"""The gate: all that the call side can ask of Asterisk, and all that it is told, goes through here.

Asterisk lets whoever has a login do everything. So the call side has none: it has the gate's socket, and the gate has
the login. `rules.py` is the table of what may pass, `told.py` that of the events; whatever is in neither, does not.

    request.py     a frame of the call side becomes a request, or is refused for its form
    rules.py       the table: request + what is known of channels -> what is sent to Asterisk, or a refusal
    told.py        which channels are in the call side's application, and which events it is told
    answers.py     what of Asterisk's lists the call side may see
    asterisk.py    the login: requests and events of the real Asterisk
    connection.py  one connection of the call side from its first frame to its last
    app.py         the process
"""
