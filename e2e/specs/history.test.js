import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('a reload shows the same conversation, and what was said while away', async ({ person, account }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.say('before');
  await alice.hasMessage('before', 'sent', 'delivered', 'read');
  await alice.opens('/account');

  const bob = await account('bob');
  await bob.post((await bob.room('lobby')).id, 'meanwhile');
  await alice.opens('/rooms/lobby');
  await alice.sees('meanwhile');
  await alice.reloads();
  await alice.sees('meanwhile');
  assert.deepEqual(await alice.transcript(), ['before', 'meanwhile']);
});

promise('scrolling up brings older messages to the very first, each once', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  const said = Array.from({ length: 130 }, (_, index) => `line ${index + 1}`);
  for (const text of said) await bob.post(lobby.id, text);

  const alice = await person('alice');
  await alice.register();
  await alice.sees('line 130');
  assert.equal(await alice.message('line 1').count(), 0, 'the first page is not everything');

  await alice.scrollsUpTo('line 1');
  const seen = await alice.transcript();
  assert.deepEqual(seen, said.slice(0, seen.length), 'in order, none twice');
});
