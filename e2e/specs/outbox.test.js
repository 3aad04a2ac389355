import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

const THREE = ['first of three', 'second of three', 'third of three'];

async function saysWhileDown(someone, texts = THREE) {
  for (const text of texts) await someone.say(text);
  for (const text of texts) await someone.isKept(text);
}

async function allHaveThemOnce(people, texts = THREE) {
  for (const someone of people) {
    for (const text of texts) await someone.sees(text);
    assert.deepEqual(await someone.transcript(), texts, `as ${someone.name} sees it`);
  }
}

promise('three messages written while the server is down arrive once and in order after a reload', async ({ person, server }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await server.kill();
  await saysWhileDown(alice);
  await server.start();
  await alice.reloads();
  for (const text of THREE) await alice.hasMessage(text, 'sent', 'delivered', 'read');
  await allHaveThemOnce([alice, bob]);
});

promise('three messages written while the server is down survive a closed tab', async ({ person, server }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await server.kill();
  await saysWhileDown(alice);
  await alice.leaves();
  await server.start();
  const again = await person('alice', { beside: alice });
  await again.opens('/');
  await again.isIn('lobby');
  await allHaveThemOnce([again, bob]);
});

promise('three messages written while the server is down survive a killed browser', async ({ person, server, killableBrowser }) => {
  const browser = await killableBrowser();
  const alice = await person('alice', { inside: browser });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.types('and a draft');
  await alice.hasKeptDraft('and a draft');
  await alice.types('');
  await server.kill();
  await saysWhileDown(alice);
  await alice.types('and a draft');
  await alice.hasKeptDraft('and a draft');
  await browser.kill();

  await server.start();
  await browser.open();
  const again = await person('alice', { inside: browser });
  // Browsers write cookies late: after a crash one may have to log in again.
  await again.login();
  await again.isIn('lobby');
  await allHaveThemOnce([again, bob]);
  assert.equal(await again.draft(), 'and a draft');
});

promise('two tabs of one person send what both have kept once, and never show it twice', async ({ person, server }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  const other = await person('alice', { beside: alice });
  await other.opens('/');
  await other.isIn('lobby');
  await Promise.all([alice, other, bob].map((someone) => someone.watchesForDoubles()));

  await server.kill();
  await saysWhileDown(alice, ['one', 'two', 'three']);
  await saysWhileDown(other, ['four', 'five']);
  await server.start();
  const everything = ['five', 'four', 'one', 'three', 'two'];
  for (const someone of [alice, other, bob]) {
    for (const text of everything) await someone.sees(text);
    const seen = await someone.transcript();
    assert.deepEqual(seen.toSorted(), everything, `as ${someone.name} sees it`);
    assert.deepEqual(seen.filter((text) => !text.startsWith('f')), ['one', 'two', 'three']);
    assert.deepEqual(seen.filter((text) => text.startsWith('f')), ['four', 'five']);
    assert.deepEqual(await someone.doubles(), []);
  }
  assert.deepEqual(await bob.transcript(), await alice.transcript());
});

promise('a tab sends what another tab wrote and could not send before it was closed', async ({ person, server }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  const other = await person('alice', { beside: alice });
  await other.opens('/');
  await other.isIn('lobby');
  await server.kill();
  await saysWhileDown(alice);
  await alice.leaves();
  await server.start();
  await allHaveThemOnce([other, bob]);
});

promise('a draft survives a reload, and a sent one is gone', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.types('begun');
  await alice.hasKeptDraft('begun');
  await alice.reloads();
  await alice.isIn('lobby');
  assert.equal(await alice.draft(), 'begun');
  await alice.say('begun and sent');
  await alice.hasMessage('begun and sent', 'sent', 'delivered', 'read');
  await alice.reloads();
  await alice.sees('begun and sent');
  assert.equal(await alice.draft(), '');
});

promise('what a draft answers survives a reload, however long ago it was said, and goes with the message', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  await bob.post(lobby.id, 'shall we have tea?');
  const alice = await person('alice');
  await alice.register();
  await alice.chooses('shall we have tea?', 'Answer message');
  await alice.types('yes');
  await alice.hasKeptDraft('yes');
  await alice.hasKept('answer/', '-');
  for (let n = 1; n <= 60; n += 1) await bob.post(lobby.id, `line ${n}`);
  await alice.sees('line 60');
  await alice.reloads();
  await alice.sees('line 60');
  await alice.isAnswering('shall we have tea?');
  assert.equal(await alice.draft(), 'yes');
  await alice.say('yes, please');
  await alice.hasMessage('yes, please', 'sent', 'delivered', 'read');
  await alice.quote('yes, please').filter({ hasText: 'shall we have tea?' }).waitFor();
  await alice.hasForgotten('answer/');

  await alice.chooses('line 60', 'Answer message');
  await alice.hasKept('answer/', '-');
  await alice.page.getByTestId('composer-input').press('Escape');
  await alice.hasForgotten('answer/');
});

promise('what somebody could not send goes out as them and as nobody else', async ({ person, account, wire }) => {
  const elsewhere = await account('alice');
  await account('bob');
  const carol = await person('carol');
  await carol.register();
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  await alice.login();
  await alice.isIn('lobby');
  await alice.goOffline(cable);
  await alice.say('by alice');
  await alice.isKept('by alice');
  // Her logins end while she is away; what she wrote stays.
  await elsewhere.call('DELETE', '/sessions');
  await alice.goOnline(cable);
  await alice.isAt('/login');

  alice.name = 'bob';
  await alice.login();
  await alice.isIn('lobby');
  await alice.say('by bob');
  await carol.sees('by bob');
  await carol.doesNotSee('by alice');
  await alice.doesNotSee('by alice');
  await alice.logout();
  await alice.isAt('/login');

  alice.name = 'alice';
  await alice.login();
  await alice.isMine('by alice');
  await alice.hasMessage('by alice', 'sent', 'delivered', 'read');
  await carol.seesOnce('by alice');
});

promise('what was written for a room that one was removed from can be copied and discarded, and is kept until then', async ({ person, account, wire }) => {
  const bob = await account('bob');
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  await alice.register();
  const { users } = await bob.call('GET', '/users?q=alice');
  const den = await bob.createRoom('den', 'private');
  const membership = `/rooms/${den.id}/members/${users[0].id}`;
  await bob.call('PUT', membership);
  await alice.goesTo('den');
  await alice.goOffline(cable);
  await alice.say('too late');
  await alice.isKept('too late');
  await alice.types('half a thought');
  await alice.hasKeptDraft('half a thought');
  await bob.call('DELETE', membership);
  await alice.goOnline(cable);
  await alice.hasStranded('too late', 'half a thought');
  await alice.reloads();
  await alice.hasStranded('too late', 'half a thought');
  assert.equal(await alice.copiesStranded('half a thought'), 'half a thought');

  await alice.discardsStranded('half a thought');
  await alice.hasStranded('too late');
  await alice.hasForgotten('draft/');
  await alice.discardsStranded('too late');
  await alice.hasStranded();
  await alice.hasForgotten('outbox/');
});
