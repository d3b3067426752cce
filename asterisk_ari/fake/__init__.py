"""An Asterisk for tests and simulations, in-process, that speaks ARI as the real one was seen to do.

It is held to the same tests as a real Asterisk 22, for the verbs that `asterisk_ari` has. Among what it takes over
from the real one: what is asked of a channel waits until the channel has stopped playing; `move` is accepted even if
nobody has the other application open; an application hears of the end of a channel only if it subscribed to it.
"""

from asterisk_ari.fake.asterisk import FakeAsterisk, FakeCall

__all__ = ["FakeAsterisk", "FakeCall"]
