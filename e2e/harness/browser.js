// A browser that can be killed as by a crash and opened again on what it had written to its disk.
//
// Playwright's own launch removes the folder with the browser's end, so this one is started by hand.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { command } from './chromium.js';

const START_MS = 20_000;

export class KillableBrowser {
  #folder;
  #child;
  #browser;

  static async open() {
    const browser = new KillableBrowser();
    browser.#folder = await mkdtemp(join(tmpdir(), 'parlor-browser-'));
    await browser.open();
    return browser;
  }

  /** The one context there is: it shares its data with the browsers before it. */
  context;

  async open() {
    const [path, ...flags] = command();
    const more = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${this.#folder}`, 'about:blank'];
    // A group of its own, so that the end of one is the end of all its processes.
    this.#child = spawn(path, [...flags, ...more], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#browser = await chromium.connectOverCDP(await this.#address());
    [this.context] = this.#browser.contexts();
  }

  /** Ends it between two instructions, with no time to write anything more. */
  async kill() {
    const ended = once(this.#child, 'exit');
    process.kill(-this.#child.pid, 'SIGKILL');
    await ended;
    await this.#browser.close().catch(() => {});
  }

  async remove() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #address() {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let said = '';
      const fail = (why) => reject(new Error(`Chromium ${why}:\n${said}`));
      const timer = setTimeout(() => fail('did not start'), START_MS);
      child.once('exit', (code, signal) => fail(`ended (${code ?? signal})`));
      child.stderr.on('data', (chunk) => {
        said += chunk;
        const [, address] = /listening on (ws:\/\/\S+)/.exec(said) ?? [];
        if (!address) return;
        clearTimeout(timer);
        resolve(address);
      });
    });
  }
}
