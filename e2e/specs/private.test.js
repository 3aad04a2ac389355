import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('a click on a person opens a conversation that nobody else sees', async ({ person }) => {
  const [alice, bob, mallory] = await Promise.all(['alice', 'bob', 'mallory'].map((name) => person(name)));
  await alice.register();
  await bob.register();
  await mallory.register();
  await alice.seesPresence('bob', 'online');

  await alice.writesTo('bob');
  await alice.say('between us');
  await alice.hasMessage('between us', 'sent', 'delivered', 'read');
  await bob.writesTo('alice');
  await bob.sees('between us');
  await bob.say('as always');
  await alice.sees('as always');

  // Mallory is connected and hears the lobby, and only the lobby.
  await bob.goesTo('lobby');
  await bob.say('hello all');
  await mallory.sees('hello all');
  await mallory.doesNotSee('between us');
  assert.equal(await mallory.page.getByTestId('room-link').count(), 1, 'mallory knows of the lobby only');
});

promise('an unread private message is counted where one can open it', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.writesTo('bob');
  await alice.say('one');
  await alice.say('two');
  const waiting = bob.page.locator('[data-testid=room-link][data-unread="2"]');
  await waiting.click();
  await bob.sees('two');
  await bob.page.locator('[data-testid=room-link][data-unread="2"]').waitFor({ state: 'detached' });
});
