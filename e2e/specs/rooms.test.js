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

promise('the owner changes topic and roles in the settings; a member may only look', async ({ person }) => {
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
  await bob.page.getByTestId('member').filter({ hasText: 'alice' }).waitFor();
  const save = bob.page.getByRole('button', { name: 'Save settings' });
  assert.equal(await save.count(), 0, 'a member has nothing to save');

  await alice.makesAdmin('bob');
  await bob.reloads();
  await save.waitFor();
});

promise('somebody who is removed from a room is out of it at once', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.createsRoom('garden');
  await bob.joins('garden');
  await alice.opensSettings();
  await alice.removes('bob');
  await bob.link('garden').waitFor({ state: 'detached' });
  await bob.page.getByTestId('composer-input').waitFor({ state: 'detached' });
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
  await mallory.page.getByText(/no such room/).waitFor();
  await mallory.opens(await alice.roomAddress());
  await mallory.page.getByText(/no such room/).waitFor();
});
