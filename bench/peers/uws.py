"""uWebSockets by socketify: publish/subscribe, each text to everybody. Usage: python uws.py SECONDS

As its documentation says for speed (https://docs.socketify.dev/websockets-backpressure.html): the native
publish/subscribe of uWebSockets, compression off. The fan-out is C++; Python sees one call per message.
"""
import os
import socket
import sys
import threading

from socketify import App, AppListenOptions, CompressOptions, OpCode

app = App()
app.ws("/ws", {
    "compression": CompressOptions.DISABLED,
    "max_payload_length": 64 * 1024,
    "idle_timeout": 120,
    "open": lambda ws: ws.subscribe("room"),
    "message": lambda ws, message, opcode: app.publish("room", message, OpCode.TEXT, False),
})

# It does not tell which port it was given for 0, so one that is free now is asked for.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
threading.Timer(float(sys.argv[1]), lambda: os._exit(0)).start()
app.listen(
    AppListenOptions(port=port, host="127.0.0.1"),
    lambda config: print(f"up 127.0.0.1:{port}", flush=True),
)
app.run()
