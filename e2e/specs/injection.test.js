import assert from 'node:assert/strict';

import { INJECTIONS, VECTORS, watched } from '../harness/injections.js';
import { promise } from '../harness/promise.js';

/** As many as are on the page for sure. */
const BATCH = 40;

/** The elements below these, and where links lead, as the browser has them. */
const anatomy = (page) =>
  page.evaluate(() => ({
    // Beside links, which show their address and have nothing to themselves.
    inBodies: [...document.querySelectorAll('[data-testid=message-body] *')]
      .filter((element) => {
        const named = [...element.attributes].map(({ name }) => name).sort();
        const isLink = element.tagName === 'A' && named.join() === 'href,rel,target';
        return !isLink || element.children.length > 0 || element.innerText !== element.getAttribute('href');
      })
      .map((element) => element.outerHTML),
    inNames: [...document.querySelectorAll('[data-testid=person] [onerror], [data-testid=room-link] [onerror]')].length,
    schemes: [...new Set([...document.querySelectorAll('a[href]')].map((link) => new URL(link.href).protocol))],
    handlers: [...document.querySelectorAll('*')].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith('on')),
    ).length,
    scripts: [...document.scripts].filter((script) => new URL(script.src, location.href).origin !== location.origin).length,
  }));

promise('whatever is said, a thousand forms of script in it are shown and none runs', async ({ person, account, server }) => {
  const mallory = await account('mallory');
  const { id: lobby } = await mallory.room('lobby');
  assert.ok(INJECTIONS.length >= 1_000, `${INJECTIONS.length}`);
  const alice = await person('alice');
  const ran = await watched(alice.context, server.origin);
  await alice.register();

  const shows = async (texts) => {
    const shown = new Set(await alice.transcript());
    assert.deepEqual(texts.filter((text) => !shown.has(text.trim())), [], 'each is shown as it was said');
  };
  // So many at once leave a reader behind: down to the last, however far that is by then.
  const reaches = (text) =>
    alice.page.waitForFunction((wanted) => {
      const last = [...document.querySelectorAll('[data-testid=message-body]')].at(-1);
      last?.scrollIntoView();
      return last?.innerText.trim() === wanted;
    }, text);
  for (let at = 0; at < INJECTIONS.length; at += BATCH) {
    const texts = INJECTIONS.slice(at, at + BATCH);
    for (const text of texts) await mallory.post(lobby, text);
    await mallory.post(lobby, `said: ${at}`);
    await reaches(`said: ${at}`);
    await shows(texts);
  }
  // And as history.
  await alice.reloads();
  await alice.sees(`said: ${INJECTIONS.length - (INJECTIONS.length % BATCH)}`);
  await shows(INJECTIONS.slice(-(INJECTIONS.length % BATCH)));
  const found = await anatomy(alice.page);
  assert.deepEqual(found.inBodies, [], 'text and links alone');
  assert.deepEqual([found.handlers, found.scripts], [0, 0]);
  assert.deepEqual(found.schemes.filter((scheme) => !['http:', 'https:', 'mailto:'].includes(scheme)), []);
  assert.deepEqual(ran, []);
  console.log(`${INJECTIONS.length} messages: 0 ran`);
});

promise('names, titles, topics and statuses run nothing either', async ({ person, account, server }) => {
  const mallory = await account('mallory');
  const room = await mallory.createRoom('trap');
  const alice = await person('alice');
  const ran = await watched(alice.context, server.origin);
  await alice.register();
  await alice.joins('trap');
  let taken = 0;
  for (const text of VECTORS) {
    for (const [path, change] of [
      [`/rooms/${room.id}`, { title: text }],
      [`/rooms/${room.id}`, { topic: text }],
      ['/users/me', { display_name: text }],
      ['/users/me', { status_text: text }],
    ]) {
      // Those that are too long or hide characters are refused; the others are shown.
      const answer = await mallory.fetch('PATCH', path, change);
      assert.ok([200, 422].includes(answer.status), `${answer.status}`);
      taken += answer.status === 200;
    }
    await mallory.post(room.id, `now ${taken}`);
  }
  assert.ok(taken > VECTORS.length, `${taken}`);
  await alice.sees(`now ${taken}`);
  await alice.opensSettings();
  await alice.page.getByTestId('member').first().waitFor();
  await alice.opens('/browse');
  await alice.page.getByText('lobby').first().waitFor();
  assert.equal((await anatomy(alice.page)).handlers, 0);
  assert.deepEqual(ran, []);
  console.log(`${taken} names, titles, topics and statuses: 0 ran`);
});

promise('were it all taken for markup, the policy alone would run nothing', async ({ person, server }) => {
  const alice = await person('alice');
  const ran = await watched(alice.context, server.origin);
  await alice.register();
  const tried = await alice.page.evaluate(async (texts) => {
    const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    let count = 0;
    for (const text of texts) {
      const place = document.body.appendChild(document.createElement('div'));
      place.innerHTML = text;
      // What innerHTML leaves inert is put in as a script would put it.
      for (const inert of place.querySelectorAll('script')) {
        const script = document.createElement('script');
        for (const { name, value } of inert.attributes) script.setAttribute(name, value);
        script.textContent = inert.textContent;
        inert.replaceWith(script);
      }
      for (const link of place.querySelectorAll('a[href^="java" i], a[href^=" "]')) link.click();
      await settled();
      place.remove();
      count += 1;
    }
    return count;
  }, VECTORS);
  // Its refusals are what this is about.
  const refused = alice.broken.length;
  alice.broken = [];
  assert.deepEqual(ran, []);
  assert.ok(refused > VECTORS.length / 2, `${refused} refusals`);
  console.log(`${tried} put into the page: 0 ran, ${refused} refused by the policy`);
});
