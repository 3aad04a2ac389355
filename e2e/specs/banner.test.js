import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('a blip shows no banner', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.watchesTheBanner();
  cable.cut();
  cable.mend();
  await bob.say('after the blip');
  await alice.sees('after the blip');
  assert.deepEqual(await alice.banners(), []);
});

promise('the banner comes after five seconds, counts down, and "retry now" is worth a try', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  // The longest waits that the jitter allows: else there may be nothing to count.
  await alice.page.addInitScript(() => {
    Math.random = () => 0.999;
  });
  await alice.register();
  await alice.watchesTheBanner();
  const cutAt = await alice.page.evaluate(() => performance.now());
  cable.cut();
  await alice.seesComposerNote(/will send when you are back/i);
  const [first] = await alice.banners();
  assert.ok(first.at - cutAt >= 4_900, `after ${first.at - cutAt} ms`);
  await alice.seesBanner(/Next try in 3 s/);
  await alice.seesBanner(/Next try in 2 s/);
  await alice.seesBanner(/Next try in [5-9] s/);
  cable.mend();
  const before = Date.now();
  await alice.page.getByRole('button', { name: 'Retry now' }).click();
  await alice.seesNoBanner();
  assert.ok(Date.now() - before < 4_500, 'it did not wait for the next try');
});

promise('the banner goes only when everything missed is here', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  cable.cut();
  await bob.say('missed');
  await alice.seesBanner(/No connection/);
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  await alice.page.route('**/api/v1/rooms', async (route) => {
    await held;
    await route.continue();
  });
  cable.mend();
  await alice.seesBanner(/Fetching what you missed/);
  letThrough();
  await alice.seesNoBanner();
  await alice.sees('missed');
});

for (const [why, refuse] of [
  ['does not let the page keep anything', () => Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('no', 'SecurityError'); } })],
  ['has no room left on its disk', () => (IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); })],
]) {
  promise(`where the browser ${why}, the banner says that what is written ends with the tab`, async ({ person, wire }) => {
    const cable = await wire();
    const alice = await person('alice', { via: cable });
    const bob = await person('bob', { via: cable });
    await alice.page.addInitScript(refuse);
    await alice.register();
    await bob.register();
    cable.cut();
    await alice.seesBanner(/What you write is kept only while this tab is open\./);
    await bob.seesBanner(/What you write is kept\./);
    await alice.say('not lost yet');
    cable.mend();
    await bob.sees('not lost yet');
  });
}
