// Socket.IO 4: one event to everybody. Usage: node socketio.js SECONDS
//
// As its documentation says for speed (https://socket.io/docs/v4/performance-tuning/,
// https://socket.io/docs/v4/memory-usage/): WebSocket only, no per-message deflate (the default since v3),
// no client files, the first request of each connection forgotten.
// Left out: `bufferutil` and `utf-8-validate`, binary add-ons for masking, which a server does not do on sending,
// and for text that comes in, of which there is one message per 500 that go out.
const http = require('node:http').createServer();
const { Server } = require('socket.io');

const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
io.engine.on('connection', (rawSocket) => { rawSocket.request = null; });
io.on('connection', (socket) => { socket.on('m', (body) => { io.emit('m', body); }); });
http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(`up 127.0.0.1:${http.address().port}`));

setTimeout(() => process.exit(0), Number(process.argv[2]) * 1000).unref();
