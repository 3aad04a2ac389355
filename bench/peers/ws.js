// Plain `ws`: each text to everybody. Usage: node ws.js SECONDS send|prebuilt
//
// As its README says (https://github.com/websockets/ws): per-message deflate off (the default).
// `send` is the broadcast of its README; `prebuilt` frames a message once and writes the same buffer to every
// socket, which `ws` allows by its exported `Sender.frame`. Both are measured.
const { WebSocketServer, WebSocket, Sender } = require('ws');

const isPrebuilt = process.argv[3] === 'prebuilt';
const server = new WebSocketServer(
  { port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 4096 },
  () => console.log(`up 127.0.0.1:${server.address().port}`),
);
const frame = (data) => Buffer.concat(
  Sender.frame(data, { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true }),
);

server.on('connection', (client) => {
  client._socket.setNoDelay(true);
  client.on('message', (data) => {
    if (isPrebuilt) {
      const bytes = frame(data);
      for (const other of server.clients) if (other.readyState === WebSocket.OPEN) other._socket.write(bytes);
    } else {
      for (const other of server.clients) if (other.readyState === WebSocket.OPEN) other.send(data, { binary: false });
    }
  });
});

setTimeout(() => process.exit(0), Number(process.argv[2]) * 1000).unref();
