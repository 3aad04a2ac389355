import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('a cut network loses nothing and doubles nothing, either way', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.say('before');
  await bob.sees('before');

  await alice.goOffline(cable);
  await alice.say('from the dark');
  await alice.hasMessage('from the dark', 'waiting', 'sending');
  await bob.say('you are missing this');
  await bob.hasMessage('you are missing this', 'sent', 'delivered', 'read');

  await alice.goOnline(cable);
  await alice.sees('you are missing this');
  await alice.hasMessage('from the dark', 'sent', 'delivered', 'read');
  await bob.sees('from the dark');
  const everything = ['before', 'you are missing this', 'from the dark'];
  assert.deepEqual(await alice.transcript(), everything);
  assert.deepEqual(await bob.transcript(), everything);
});

promise('a connection that breaks unnoticed by the browser is taken up again', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();

  cable.cut();
  await bob.say('into the gap');
  await bob.hasMessage('into the gap', 'sent', 'delivered', 'read');
  cable.mend();
  await alice.seesOnce('into the gap');
  await bob.say('and after it');
  await alice.seesOnce('and after it');
});

promise('what was written offline survives a reload and is sent once', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();

  cable.cut();
  await alice.say('keep this');
  await alice.hasMessage('keep this', 'waiting', 'sending');
  cable.mend();
  await alice.reloads();
  await alice.hasMessage('keep this', 'sent', 'delivered', 'read');
  await bob.seesOnce('keep this');
  await alice.seesOnce('keep this');
});

promise('a server that is killed and started again has lost nothing', async ({ person, server }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.say('acknowledged');
  await alice.hasMessage('acknowledged', 'sent', 'delivered', 'read');

  await server.kill();
  await alice.say('while it is down');
  await alice.hasMessage('while it is down', 'waiting', 'sending');
  await server.start();

  await alice.hasMessage('while it is down', 'sent', 'delivered', 'read');
  await bob.sees('while it is down');
  await bob.say('we are back');
  await alice.sees('we are back');
  for (const someone of [alice, bob]) {
    assert.deepEqual(await someone.transcript(), ['acknowledged', 'while it is down', 'we are back']);
  }
});
