"""PNGs of at most 256 colours: a page has few, and such a picture is a third of the size."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page

_MOST: Final = 256
_PLACES: Final = np.array([1 << 16, 1 << 8, 1], np.int32)
_PIXELS: Final = """async (png) => {
  const picture = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  let text = "";
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return [picture.width, picture.height, btoa(text)];
}"""


async def fewer_colours(blank: Page, png: bytes) -> bytes:
    """The same picture, with the colours that it has most; any other becomes the nearest of them."""
    width, height, pixels = await blank.evaluate(_PIXELS, base64.b64encode(png).decode())
    shades = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    codes, places, counts = np.unique(shades @ _PLACES, return_inverse=True, return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    kept = colours[np.argsort(-counts)[:_MOST]]
    nearest = np.square(colours[:, None] - kept).sum(axis=2).argmin(axis=1).astype(np.uint8)
    return _written(nearest[places].reshape(height, width), kept)


def _written(picture: NDArray[np.uint8], colours: NDArray[Any]) -> bytes:
    height, width = picture.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each begins with the number of its filter: none
    rows[:, 1:] = picture
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", colours.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
