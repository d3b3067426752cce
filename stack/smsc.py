"""An SMSC for tests and the demo: `python -m stack.smsc`, on the `smpp34` package written by others.

Prints JSON lines: first that it is ready, then each message it took. Two numbers are refused, so that a sender can
be seen to cope: +15550000011 (invalid destination) and +15550000088 (throttled). Any login is let in: smpp34 offers
no say in that; `stack/node/smsc.js` checks its password.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import sys

import smpp34
from aiosmpplib import GSM7BitCodec  # type: ignore[import-untyped]

from stack.errors import StackError
from stack.ports import LOOPBACK, free_tcp_port

SYSTEM_ID = "tonewall"
INVALID_DESTINATION, THROTTLED = 0x0B, 0x58
REFUSED = {"15550000011": INVALID_DESTINATION, "15550000088": THROTTLED}
_UCS2 = 0x08
_MESSAGE_PAYLOAD = 0x0424
_TRIES = 10


async def serve(port: int) -> None:
    """Take messages until cancelled; port 0 is any free one."""
    server, port = await _started(port)
    _print(ready=True, port=port, system_id=SYSTEM_ID, password=secrets.token_hex(4))
    taken = 0
    try:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                _print(event="bound", system_id=event.system_id)
            elif isinstance(event, smpp34.SubmitSmEvent):
                if refusal := REFUSED.get(event.destination_addr):
                    event.reject(refusal)
                    continue
                taken += 1
                _print_message(event, str(taken))
                event.accept(str(taken))
    finally:
        await server.stop()


async def _started(port: int) -> tuple[smpp34.Server, int]:
    # smpp34 does not tell which port it was given for 0: one that was free a moment ago is tried instead
    for _ in range(_TRIES):
        chosen = port or free_tcp_port()
        server = smpp34.Server(LOOPBACK, chosen, system_id="SMSC")
        try:
            await server.start()
        except smpp34.SmppError as error:
            if port:
                raise StackError(f"the SMSC cannot listen on port {port}: {error}") from None
        else:
            return server, chosen
    raise StackError("the SMSC found no free port on loopback: stop what holds them, or name one with --port")


def _print_message(event: smpp34.SubmitSmEvent, message_id: str) -> None:
    payloads = [tlv.value for tlv in event.tlvs if tlv.tag == _MESSAGE_PAYLOAD]
    body = payloads[0] if payloads else event.short_message
    text = body.decode("utf-16-be") if event.data_coding == _UCS2 else GSM7BitCodec.get_codec_info().decode(body)[0]
    _print(
        event="sms",
        **{"from": event.source_addr},
        to=f"+{event.destination_addr}",
        text=text,
        data_coding=event.data_coding,
        message_id=message_id,
    )


def _print(**line: object) -> None:
    print(json.dumps(line), flush=True)


async def _serve_until_told(port: int) -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made one
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serve(port)


def main() -> int:
    """0 when told to stop by SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m stack.smsc", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 (usual): any free one")
    try:
        asyncio.run(_serve_until_told(parser.parse_args().port))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
