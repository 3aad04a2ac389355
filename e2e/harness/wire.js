// A network cable between browser and server that a test can pull out.
//
// Playwright's setOffline refuses new requests but leaves open sockets alone; a real cut takes both.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Wire {
  #server;
  #sockets = new Set();
  #whole = true;
  // What came from the browser while the cable is clogged, by its socket there; none while it flows.
  #held;
  #onHeld = () => {};

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

  /** What the browser says goes no further; the answer is a wait until it has said `what`. */
  clog(what) {
    this.#held = new Map();
    return new Promise((resolve) => {
      this.#onHeld = (chunk) => what.test(chunk.toString('latin1')) && resolve();
    });
  }

  /** Passes on what was held, except on connections that the browser has given up meanwhile. */
  unclog() {
    const held = this.#held;
    this.#held = undefined;
    for (const [far, chunks] of held) chunks.forEach((chunk) => far.write(chunk));
  }

  remove() {
    this.cut();
    this.#server.close();
  }

  #join(near, port) {
    if (!this.#whole) return near.destroy();
    const far = connect(port, '127.0.0.1');
    near.on('data', (chunk) => {
      if (!this.#held) return far.write(chunk);
      this.#held.set(far, [...(this.#held.get(far) ?? []), chunk]);
      this.#onHeld(chunk);
    });
    near.on('end', () => this.#held?.delete(far));
    far.pipe(near);
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // An error is followed by `close`, which ends the other side.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#held?.delete(socket);
        this.#held?.delete(other);
        other.destroy();
      });
    }
  }
}
