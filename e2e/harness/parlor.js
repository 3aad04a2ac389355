// A Parlor server of one test: its own port, its own data, and an end that is sure to come.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const READY_MS = 20_000;
const STOP_MS = 5_000;
// No test takes this long: a server that is still there belongs to a test that hangs.
const WATCHDOG_MS = 120_000;

/** In the log of a server none of these is ever said, at any level. */
const SECRETS = [/eyJ/, /bearer /i, /@example\.org/, /"body"/, /password["=:]/i, /parlor_refresh/];
/** An address stands only where the server says at which it listens. */
const OWN_ADDRESS = /(listening|connections) on:? 127\.0\.0\.1|http:\/\/127\.0\.0\.1/;

export function leaks(log, secrets = SECRETS) {
  const tells = (line) =>
    secrets.some((secret) => secret.test(line)) || (line.includes('127.0.0.1') && !OWN_ADDRESS.test(line));
  return log.split('\n').filter(tells);
}

function binary() {
  const path = process.env.PARLOR_BIN;
  if (!path) throw new Error('PARLOR_BIN names no server; run this through `cargo xtask e2e`');
  return path;
}

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

export class Parlor {
  #child;
  #dataDir;
  #watchdog;
  #log = '';
  #settings;

  /** Starts a server on a free port with an empty store; `settings` are further variables. */
  static async start(settings = {}) {
    const parlor = new Parlor();
    parlor.#settings = settings;
    parlor.#dataDir = await mkdtemp(join(tmpdir(), 'parlor-e2e-'));
    await parlor.#spawn(0);
    return parlor;
  }

  /** `http://127.0.0.1:PORT`, the same after a restart. */
  origin;

  /** Lines of its log that tell what is nobody's business. */
  get leaks() {
    return leaks(this.#log);
  }

  /** What the server printed, for the report of a failure. */
  get log() {
    return this.#log;
  }

  get port() {
    return Number(new URL(this.origin).port);
  }

  /** The operator makes an invitation for one, with the server stopped meanwhile: its code. */
  async invites() {
    await this.#end('SIGTERM');
    const { stdout } = await promisify(execFile)(binary(), ['user', 'invite', '--uses', '1'], { env: this.#env() });
    await this.#spawn(this.port);
    return stdout.split('\n')[0];
  }

  /** Ends it as a crash would. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Starts it again, same port, same data. */
  async start() {
    await this.#spawn(this.port);
  }

  /** Ends it as an operator would, and removes its data. */
  async remove() {
    await this.#end('SIGTERM');
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #spawn(port) {
    this.#child = spawn(binary(), ['serve'], {
      env: { ...this.#env(), PARLOR_LISTEN: `127.0.0.1:${port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const child = this.#child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#watchdog = setTimeout(() => child.kill('SIGKILL'), WATCHDOG_MS).unref();
    this.origin = await this.#ready(child);
  }

  #env() {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PARLOR_'));
    return {
      ...Object.fromEntries(inherited),
      PARLOR_DATA_DIR: this.#dataDir,
      // Hashing passwords is not what these tests are about.
      PARLOR_BCRYPT_COST: '4',
      PARLOR_RATE_LIMITS: 'off',
      // Searched for secrets at the end, so all that it can say.
      PARLOR_LOG: 'debug',
      ...this.#settings,
    };
  }

  #ready(child) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`the server ${why}:\n${this.#log}`));
      const timer = setTimeout(() => fail(`was not ready within ${READY_MS} ms`), READY_MS);
      let said = '';
      const read = (chunk) => {
        this.#log += chunk;
        said += chunk;
        const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (!origin) return;
        clearTimeout(timer);
        resolve(origin[0]);
      };
      this.#log += '--- start\n';
      child.stdout.on('data', read);
      child.stderr.on('data', (chunk) => (this.#log += chunk));
      child.once('error', (error) => fail(`did not start (${error.message})`));
      child.once('exit', (code, signal) => fail(`ended (${code ?? signal})`));
    });
  }

  async #end(signal) {
    const child = this.#child;
    clearTimeout(this.#watchdog);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(impatience);
  }
}
