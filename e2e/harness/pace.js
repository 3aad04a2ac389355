// How fast a page answers, as its reader sees it: from the key or click to the next frame painted.

import { mkdir, writeFile } from 'node:fs/promises';

/** Slows the page's processor down by that factor, as a cheap phone is slower than this machine. */
export async function slowDown(page, rate) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}

/**
 * How many ms went by between the event on the page and the frame in which `selector` first showed
 * `text`, for what `act` does.
 */
export async function untilPainted(page, event, selector, text, act) {
  const shown = page.evaluate(
    ([event, selector, text]) =>
      new Promise((resolve) => {
        let began;
        addEventListener(event, (event) => (began = event.timeStamp), { capture: true, once: true });
        const look = () => {
          const is = [...document.querySelectorAll(selector)].some((element) => element.textContent.trim() === text);
          if (began === undefined || !is) return;
          observer.disconnect();
          // The frame with it is painted between this callback and the next task.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - began);
            port2.postMessage(0);
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
      }),
    [event, selector, text],
  );
  await act();
  return shown;
}

/** Makes the next visit the first one: nothing of the page is kept, neither by its worker nor by the browser. */
export async function forgetVisits(page) {
  await page.evaluate(async () => {
    const workers = await navigator.serviceWorker.getRegistrations();
    await Promise.all(workers.map((worker) => worker.unregister()));
    const names = await caches.keys();
    await Promise.all(names.map((name) => caches.delete(name)));
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.detach();
}

/** How many ms after `url` was asked for the first letter of a message stands in the box. */
export async function typedAfter(page, url) {
  await page.goto(url, { waitUntil: 'commit' });
  const box = 'textarea[data-testid=composer-input]:focus';
  await page.waitForFunction((box) => document.querySelector(box), box, { polling: 'raf' });
  // On the page before the key is pressed: an answer is waited for only by what follows.
  await page.evaluate(() => {
    window.typed = new Promise((resolve) =>
      addEventListener('input', () => resolve(performance.now()), { once: true }),
    );
  });
  await page.keyboard.press('h');
  return page.evaluate(() => window.typed);
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Prints a figure, and keeps it where CI can find it. */
export async function report(name, values, unit = 'ms') {
  const line = `${name}: median ${median(values).toFixed(1)} ${unit}, worst ${Math.max(...values).toFixed(1)} ${unit} of ${values.length}`;
  console.log(line);
  const results = new URL('../results/', import.meta.url).pathname;
  await mkdir(results, { recursive: true });
  await writeFile(`${results}pace-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`, `${line}\n`);
}
