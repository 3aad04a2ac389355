// Draws the icons of an installed Parlor from client/icon.svg: `node e2e/icons.js`, after a change of it.

import { mkdir, readFile, writeFile } from 'node:fs/promises';

import { launch } from './harness/chromium.js';

const CLIENT = new URL('../client/', import.meta.url);
const ICONS = new URL('icons/', CLIENT);

// A maskable icon may be cut down to a circle of 80 % of its width, and has no transparent corner.
const SHAPES = [
  { name: 'icon-192.png', size: 192, inset: 0.04, background: 'transparent' },
  { name: 'icon-512.png', size: 512, inset: 0.04, background: 'transparent' },
  { name: 'maskable-512.png', size: 512, inset: 0.22, background: '#ffffff' },
];

const browser = await launch();
try {
  const page = await browser.newPage();
  const svg = `data:image/svg+xml;base64,${(await readFile(new URL('icon.svg', CLIENT))).toString('base64')}`;
  await mkdir(ICONS, { recursive: true });
  for (const { name, size, inset, background } of SHAPES) {
    await page.setViewportSize({ width: size, height: size });
    const edge = Math.round(size * inset);
    await page.setContent(
      `<body style="margin:0;background:${background}"><img src="${svg}" style="display:block;padding:${edge}px;width:${size - 2 * edge}px">`,
    );
    await page.locator('img').evaluate((img) => img.decode());
    await writeFile(new URL(name, ICONS), await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
