// One test: a server, a browser, people; and when it fails, what they saw.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { Account } from './api.js';
import { KillableBrowser } from './browser.js';
import { launch } from './chromium.js';
import { Parlor } from './parlor.js';
import { Person } from './person.js';
import { Wire } from './wire.js';

const RESULTS = new URL('../results/', import.meta.url).pathname;
const TEST_MS = 90_000;

// One browser for a file, one context for a person: contexts share nothing.
let browser;
after(async () => (await browser)?.close());

/**
 * Declares a test by the promise it keeps.
 *
 * The body gets `server`, `person(name, options)` (somebody with a page of their own), `account(name)`
 * (somebody who uses the REST API, registered and logged in), `wire()` (a cable to pull out) and
 * `killableBrowser()` (a browser of its own; a person enters its context with `inside: browser`).
 * `settings` are variables of the server, `{ PARLOR_REGISTRATION: 'closed' }`.
 */
export function promise(title, body, settings) {
  test(title, { timeout: TEST_MS }, async () => {
    browser ??= launch();
    const scene = new Scene(await browser, await Parlor.start(settings));
    try {
      await body(scene);
      scene.assertNothingBroke();
      scene.assertNothingLeaked();
    } catch (error) {
      await scene.keepEvidence(title);
      throw error;
    } finally {
      await scene.end();
    }
  });
}

class Scene {
  #browser;
  #people = [];
  #wires = [];
  #killable = [];

  constructor(browser, server) {
    this.#browser = browser;
    this.server = server;
  }

  /** A person in a browser of their own, or in another tab `beside` somebody. */
  person = async (name, { beside, inside = beside, via = this.server, ...context } = {}) => {
    const theirs = inside?.context ?? (await this.#browser.newContext({ reducedMotion: 'reduce', ...context }));
    const person = await Person.enter(theirs, via.origin, name);
    this.#people.push(person);
    return person;
  };

  account = async (name) => {
    const account = new Account(this.server.origin, name);
    await account.register();
    return account.login();
  };

  wire = async () => {
    const wire = await Wire.to(this.server.port);
    this.#wires.push(wire);
    return wire;
  };

  killableBrowser = async () => {
    const browser = await KillableBrowser.open();
    this.#killable.push(browser);
    return browser;
  };

  /** A page that panicked or was refused by its policy may look fine to the test. */
  assertNothingBroke() {
    const broken = this.#people.flatMap((person) => person.broken);
    if (broken.length > 0) throw new Error(`a page broke: ${broken.join('\n')}`);
  }

  /** The server's log is for its operator, who is not in every room. */
  assertNothingLeaked() {
    const { leaks } = this.server;
    if (leaks.length > 0) throw new Error(`the server's log tells secrets: ${leaks.join('\n')}`);
  }

  /** A picture of every page, and in words what consoles and server said. */
  async keepEvidence(title) {
    await mkdir(RESULTS, { recursive: true });
    const path = join(RESULTS, title.replaceAll(/[^a-z0-9]+/gi, '-'));
    const words = [];
    for (const { name, page, console } of this.#people) {
      await page.screenshot({ path: `${path}.${name}.png`, timeout: 5_000 }).catch(() => {});
      words.push(`--- ${name} at ${page.url()}`, ...console);
    }
    words.push('--- server', this.server.log);
    await writeFile(`${path}.txt`, words.join('\n'));
    console.error(`${title}: see ${path}.*\n${words.join('\n').slice(-4000)}`);
  }

  async end() {
    const contexts = new Set(this.#people.map((person) => person.context));
    await Promise.all([...contexts].map((context) => context.close().catch(() => {})));
    await Promise.all(this.#killable.map((browser) => browser.remove()));
    this.#wires.forEach((wire) => wire.remove());
    await this.server.remove();
  }
}
