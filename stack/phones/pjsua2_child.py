"""The process behind the pjsua2 phone.

Reads one JSON list per line from stdin: ["dial", uri], ["pick-up", ""], ["hang-up", ""], ["speak", WAV file],
["listen", ""], and a key as the name of a way of telling it: ["events", key], ["tones", key], ["info", key],
["both", key]; the end of the input hangs up and ends the process. Writes one JSON string per line: "ready", "rung",
"answered", "ended", and "quiet" for each "listen": something was heard since, and nothing for a while now.
Its arguments: the WAV file to record to, the name that it calls under, the port where it can be called (0: any).
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import pjsua2 as pj

HANDLE_EVENTS_MS = 20
LINGER_ROUNDS = 100
RATE = 8000
KEY_MS = 100  # PJSIP's own 200 ms are a slow person's
TONE_VOLUME = 8000
LOUD = 8  # in PJSIP's percent, which are those of a logarithm; a pause in a prompt has 0 to 3
QUIET_SECONDS = 0.8  # longer than the pauses in what is said to us
LOOK_SECONDS = 0.05  # at most, between two looks
NEVER_SECONDS = 15.0  # of nothing at all, after which there is nothing to be waited for
EVENTS, INFO = pj.PJSUA_DTMF_METHOD_RFC2833, pj.PJSUA_DTMF_METHOD_SIP_INFO
TOLD_BY = {"events": (EVENTS, False), "info": (INFO, False), "both": (EVENTS, True), "tones": (None, True)}
REPORT = os.dup(1)
os.dup2(2, 1)  # PJSIP prints to standard output now and then


def say(state: str) -> None:
    """Report to the parent, at once."""
    os.write(REPORT, json.dumps(state).encode() + b"\n")


class Call(pj.Call):  # type: ignore[misc]  # the wheel has no types
    """One call; records what it hears from the moment that audio flows."""

    def __init__(self, account: pj.Account, wav: str, number: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, number)
        self.wav = wav
        self.recorder: Any = None
        self.tones: Any = None
        self.voices: list[Any] = []
        self.over = False
        self.patience = 0.0

    def onCallState(self, _: object) -> None:  # noqa: N802 - PJSIP's name
        """Report the states that a person would notice."""
        state = self.getInfo().state
        if state == pj.PJSIP_INV_STATE_CONFIRMED:
            say("answered")
        if state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            say("ended")

    def onCallMediaState(self, _: object) -> None:  # noqa: N802 - PJSIP's name
        """Record, also what is heard before the answer."""
        if self.recorder is None and self.hasMedia():
            self.recorder = pj.AudioMediaRecorder()
            self.recorder.createRecorder(self.wav)
            self.getAudioMedia(-1).startTransmit(self.recorder)

    def speak(self, wav: str) -> None:
        """Say what is in an 8 kHz mono WAV file, once, from its beginning."""
        voice = pj.AudioMediaPlayer()
        voice.createPlayer(wav, pj.PJMEDIA_FILE_NO_LOOP)
        voice.startTransmit(self.getAudioMedia(-1))
        self.voices.append(voice)

    def listen(self) -> None:
        """Report when what is said to us now has come to an end."""
        self.patience = NEVER_SECONDS

    def look_up(self, seconds: float) -> None:
        """Take note of how loud it has been for so long; called all the time."""
        if self.patience <= 0:
            return
        if self.hasMedia() and self.getAudioMedia(-1).getTxLevel() > LOUD:
            self.patience = QUIET_SECONDS
            return
        self.patience -= min(seconds, LOOK_SECONDS)  # while we were held up ourselves, nobody knows how loud it was
        if self.patience <= 0:
            say("quiet")

    def press(self, key: str, by: str) -> None:
        """Press a key for as long as people do, told by RTP events or SIP INFO, heard as a tone, or both."""
        method, heard = TOLD_BY[by]
        if method is not None:
            event = pj.CallSendDtmfParam()
            event.method, event.duration, event.digits = method, KEY_MS, key
            self.sendDtmf(event)
        if heard:
            if self.tones is None:
                self.tones = pj.ToneGenerator()
                self.tones.createToneGenerator(RATE, 1)
                self.tones.startTransmit(self.getAudioMedia(-1))
            tone = pj.ToneDigit()
            tone.digit, tone.on_msec, tone.off_msec, tone.volume = key, KEY_MS, 0, TONE_VOLUME
            self.tones.playDigits(pj.ToneDigitVector([tone]))


class Account(pj.Account):  # type: ignore[misc]  # the wheel has no types
    """Whose phone this is. `call` is the one that it makes or gets."""

    call: Any = None

    def __init__(self, wav: str) -> None:
        super().__init__()
        self.wav = wav

    def onIncomingCall(self, incoming: Any) -> None:  # noqa: N802, ANN401 - PJSIP's name and type
        """Let it ring until it is picked up; a second call is engaged."""
        call = Call(self, self.wav, incoming.callId)
        if self.call is not None and not self.call.over:
            call.hangup(answer(pj.PJSIP_SC_BUSY_HERE))
            return
        self.call = call
        call.answer(answer(pj.PJSIP_SC_RINGING))
        say("rung")


def answer(code: int) -> Any:  # noqa: ANN401 - the wheel has no types
    """SIP's word for what becomes of a call."""
    parameters = pj.CallOpParam()
    parameters.statusCode = code
    return parameters


class Commands:
    """Lines from standard input, without ever blocking PJSIP's own event loop."""

    def __init__(self) -> None:
        os.set_blocking(0, False)
        self.closed = False
        self._rest = b""

    def read(self) -> list[list[str]]:
        """The commands that have come since the last time."""
        try:
            received = os.read(0, 65536)
        except BlockingIOError:
            return []
        self.closed = not received
        *lines, self._rest = (self._rest + received).split(b"\n")
        return [json.loads(line) for line in lines]


def start(name: str, wav: str, port: int) -> tuple[Any, Account]:
    """PJSIP on loopback with no sound card, and an account that needs no registration."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 1  # its log names keys from level 4 on
    config.medConfig.clockRate = config.medConfig.sndClockRate = RATE
    config.medConfig.noVad = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = transport.publicAddress = "127.0.0.1"
    transport.port = port
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    settings = pj.AccountConfig()
    settings.idUri = f"sip:{name}@127.0.0.1"
    media = settings.mediaConfig.transportConfig
    media.boundAddress = media.publicAddress = "127.0.0.1"
    account = Account(wav)
    account.create(settings)
    return endpoint, account


def obey(account: Account, wav: str, verb: str, argument: str) -> None:
    """Do one thing; nothing if there is no call to do it with."""
    call = account.call
    if verb == "dial":
        account.call = Call(account, wav)
        account.call.makeCall(argument, pj.CallOpParam(True))
    elif call is None or call.over:
        return
    elif verb == "pick-up":
        call.answer(answer(pj.PJSIP_SC_OK))
    elif verb == "hang-up":
        call.hangup(pj.CallOpParam(True))
    elif verb == "speak":
        call.speak(argument)
    elif verb == "listen":
        call.listen()
    else:
        call.press(argument, verb)


def main(wav: str, name: str, port: str = "0") -> None:
    """Obey until standard input ends."""
    endpoint, account = start(name, wav, int(port))
    commands = Commands()
    looked = time.monotonic()
    say("ready")
    while not commands.closed:
        endpoint.libHandleEvents(HANDLE_EVENTS_MS)
        for verb, argument in commands.read():
            obey(account, wav, verb, argument)
        if account.call is not None and not account.call.over:
            account.call.look_up(time.monotonic() - looked)
        looked = time.monotonic()
    call = account.call
    if call is not None:
        if not call.over:
            call.hangup(pj.CallOpParam(True))
        for _ in range(LINGER_ROUNDS):  # the BYE wants its answer
            if call.over:
                break
            endpoint.libHandleEvents(HANDLE_EVENTS_MS)
        call.recorder = call.tones = None  # completes the file
        call.voices.clear()
    call = account.call = account = None  # type: ignore[assignment]
    endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)  # the goodbyes are said, and it would wait for more


if __name__ == "__main__":
    main(*sys.argv[1:])
