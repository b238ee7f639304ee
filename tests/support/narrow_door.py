"""A mail server that allows so many connections at a time and refuses every further one.

with narrow_door(server, most=1) as door:
    ...                                   # door.port, door.refused
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from notifications.local_server import LocalServer

REFUSAL = b"421 4.7.0 Too many connections from your host\r\n"


@dataclass
class Door:
    """How it stands: `port` to connect to, and how many connections were refused."""

    port: int = 0
    open: int = 0
    refused: int = 0


@contextmanager
def narrow_door(server: LocalServer, *, most: int) -> Iterator[Door]:
    """Stands before the server until the block ends."""
    door, loop = Door(), asyncio.new_event_loop()

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if door.open >= most:
            door.refused += 1
            writer.write(REFUSAL)
            writer.close()
            return
        door.open += 1
        inner, outer = await asyncio.open_connection(server.host, server.port)
        await asyncio.gather(_pass(reader, outer), _pass(inner, writer))
        door.open -= 1

    listening = loop.run_until_complete(asyncio.start_server(enter, "127.0.0.1", 0))
    door.port = int(listening.sockets[0].getsockname()[1])
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        listening.close()
        loop.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
