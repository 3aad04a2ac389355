// A network cable between browser and server that a test can pull out.
//
// Playwright's setOffline refuses new requests but leaves open sockets alone; a real cut takes both.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Wire {
  #server;
  #sockets = new Set();
  #whole = true;

  /** Listens on a free port and forwards to `port`. */
  static async to(port) {
    const wire = new Wire();
    wire.#server = createServer((near) => wire.#join(near, port));
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Ends every connection; new ones end at once. */
  cut() {
    this.#whole = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  mend() {
    this.#whole = true;
  }

  remove() {
    this.cut();
    this.#server.close();
  }

  #join(near, port) {
    if (!this.#whole) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // An error is followed by `close`, which ends the other side.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
