"""The peer: the least that an asyncio FastAGI server can do for the same short call, in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import json

DIGITS = "4"
SILENCE_MS = "6000"


async def serve(port: int, prompt: str) -> None:
    """Answer, play and collect, hang up; until the process is ended."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (await reader.readline()).strip():
                pass
            for command in ("ANSWER", f"GET DATA {prompt} {SILENCE_MS} {DIGITS}", "HANGUP"):
                writer.write(command.encode() + b"\n")
                await reader.readline()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port, backlog=512)
    print(json.dumps({"ready": True}), flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("prompt")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.prompt))
