// The system's Chromium: found on the PATH, or named by CHROMIUM. Nothing is downloaded.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser; close it when done. */
export function launch() {
  const [executablePath, ...args] = command();
  return chromium.launch({ executablePath, args });
}

/** The program and the flags that every browser of a test has. */
export function command() {
  // Chromium's sandbox refuses to run as root, as CI and containers do.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [find(), ...FLAGS, ...asRoot];
}

function find() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  const path = process.env.CHROMIUM ?? found;
  if (!path) throw new Error('no Chromium: apt-get install -y --no-install-recommends chromium');
  return path;
}
