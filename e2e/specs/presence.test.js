import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('the others notice somebody coming and going, oneself does not', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const bob = await person('bob');
  await bob.register();
  await alice.seesNotice(/bob logged in/i);

  await bob.logout();
  await alice.seesNotice(/bob logged out/i);
  const about = await alice.page.getByTestId('notice').allInnerTexts();
  assert.ok(about.every((text) => !/alice/i.test(text)), `alice reads about herself: ${about}`);
});

promise('the list of connected people follows who comes and goes, with a picture each', async ({ person }) => {
  const alice = await person('alice');
  await alice.register({ gender: 'Female' });
  const bob = await person('bob');
  await bob.register({ gender: 'Male' });

  await alice.seesPresence('bob', 'online');
  await bob.seesPresence('alice', 'online');
  const pictures = await Promise.all([alice.picture('alice'), alice.picture('bob')]);
  assert.deepEqual(pictures, ['female', 'male']);

  await bob.logout();
  await alice.seesNobodyOnline('bob');
});

promise('a second tab is not a second arrival, closing it no departure', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const bob = await person('bob');
  await bob.register();
  await alice.seesPresence('bob', 'online');

  const second = await person('bob', { beside: bob });
  await second.opens('/rooms/lobby');
  await second.canTalk();
  await second.leaves();
  await bob.say('still here');
  await alice.sees('still here');
  await alice.seesPresence('bob', 'online');
  const arrivals = alice.page.getByTestId('notice').filter({ hasText: /bob/i });
  assert.equal(await arrivals.count(), 1);
});

promise('who does nothing for five minutes is away until they do', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.page.clock.install();
  await bob.register();
  await alice.seesPresence('bob', 'online');
  await bob.page.clock.runFor(5 * 60_000 + 2_000);
  await alice.seesPresence('bob', 'away');
  await bob.page.mouse.wheel(0, 10);
  await alice.seesPresence('bob', 'online');
});

promise('nobody moves away from under the pointer', async ({ person, account }) => {
  await account('anna');
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await alice.seesPresence('anna', 'offline');
  const order = () =>
    alice.page.getByTestId('person').evaluateAll((rows) => rows.map((row) => row.dataset.user));
  await alice.entry('anna').hover();
  const before = await order();
  await bob.register();
  await alice.seesPresence('bob', 'online');
  assert.deepEqual((await order()).filter((name) => name !== 'bob'), before);
  const anna = await person('anna');
  await anna.login();
  await alice.seesPresence('anna', 'online');
  assert.deepEqual((await order()).filter((name) => name !== 'bob'), before, 'the dot tells, the line stays');

  await alice.page.getByTestId('composer-input').hover();
  await alice.page.waitForFunction(() => document.querySelector('[data-testid=person]').dataset.user === 'alice');
  assert.deepEqual(await order(), ['alice', 'anna', 'bob']);
});
