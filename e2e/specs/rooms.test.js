import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('a room that one makes is joined by others by its name', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.createsRoom('garden');
  await alice.say('welcome to the garden');

  await bob.joins('garden');
  await bob.sees('welcome to the garden');
  await bob.say('lovely here');
  await alice.sees('lovely here');
});

promise('the owner changes topic and roles in the settings, a member cannot', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.createsRoom('garden');
  await bob.joins('garden');

  await alice.opensSettings();
  await alice.changesTopic('tomatoes only');
  await bob.page.getByText('tomatoes only').first().waitFor();

  await bob.opensSettings();
  await bob.page.getByRole('heading').first().waitFor();
  assert.equal(await bob.page.getByLabel(/topic/i).isEditable().catch(() => false), false);
});

promise('a private room is found by nobody and entered by invitation', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  const mallory = await person('mallory');
  await alice.register();
  await bob.register();
  await mallory.register();
  await alice.createsRoom('surprise', { isPrivate: true });
  await alice.say('he must not know');
  await alice.opensSettings();
  await alice.invites('bob');

  await bob.goesTo('surprise');
  await bob.sees('he must not know');

  await mallory.opens('/browse');
  await mallory.page.getByText('lobby').first().waitFor();
  assert.equal(await mallory.page.getByText('surprise').count(), 0);
  await mallory.opens('/rooms/surprise');
  await mallory.page.getByRole('heading').first().waitFor();
  await mallory.doesNotSee('he must not know');
});
