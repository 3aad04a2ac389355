import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Alice has talked with Bob, her page is kept, and the server is gone. */
async function aloneWithHerPage({ person, server }) {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await bob.say('remember this');
  await alice.sees('remember this');
  await alice.isKeptAsAPage();
  await alice.hasKept('history/', 'remember this');
  await alice.hasKept('history/', '"bob"');
  await server.kill();
  return { alice, bob };
}

promise('without a network the page opens and shows recent history of whoever is logged in', async (scene) => {
  const { alice, bob } = await aloneWithHerPage(scene);
  await alice.reloads();
  await alice.isIn('lobby');
  await alice.sees('remember this');
  assert.notEqual(await alice.message('remember this').getAttribute('data-mine'), 'true');
  await alice.seesBanner(/No connection/);
  await alice.seesComposerNote(/will send when you are back/i);
  await alice.say('from the tunnel');
  await alice.hasMessage('from the tunnel', 'waiting');

  await scene.server.start();
  await bob.sees('from the tunnel');
  await bob.say('welcome back');
  await alice.sees('welcome back');
  await alice.seesNoBanner();
  assert.deepEqual(await alice.transcript(), ['remember this', 'from the tunnel', 'welcome back']);
});

promise('history is readable until a day after the login and not a moment longer', async (scene) => {
  const { alice } = await aloneWithHerPage(scene);
  const now = Date.now();
  await alice.page.clock.setSystemTime(now + DAY_MS - 120_000);
  await alice.reloads();
  await alice.sees('remember this');
  await alice.page.clock.setSystemTime(now + DAY_MS + 60_000);
  await alice.isAt('/login');
  await alice.hasForgotten('history/');
  await alice.hasForgotten('login/');
  await alice.reloads();
  await alice.isAt('/login');
  await alice.doesNotSee('remember this');
});

promise('a kept history that nobody came back to is erased by whoever opens the page next', async (scene) => {
  const { alice } = await aloneWithHerPage(scene);
  await alice.leaves();
  const next = await scene.person('bob', { beside: alice });
  await next.page.clock.setSystemTime(Date.now() + DAY_MS + 60_000);
  await next.opens('/login');
  await next.hasForgotten('history/');
});

promise('logging out erases the history of that login and of no other', async ({ person, account }) => {
  await account('bob');
  const alice = await person('alice');
  await alice.register();
  const bob = await person('bob', { beside: alice });
  await bob.opens('/login');
  await bob.login();
  await bob.isIn('lobby');
  await alice.say('said by alice');
  await bob.sees('said by alice');
  const alices = `history/${await alice.session()}/`;
  const bobs = `history/${await bob.session()}/`;
  await alice.hasKept(alices, 'said by alice');
  await bob.hasKept(bobs, 'said by alice');
  await alice.logout();
  await alice.isAt('/login');
  await alice.hasForgotten(alices);
  await bob.hasKept(bobs, 'said by alice');
});

promise('a session revoked elsewhere erases its history at once', async ({ person, account }) => {
  const elsewhere = await account('alice');
  const alice = await person('alice');
  await alice.login();
  await alice.isIn('lobby');
  await alice.say('soon gone');
  await alice.hasKept('history/', 'soon gone');
  await elsewhere.call('DELETE', '/sessions');
  await alice.isAt('/login');
  await alice.hasForgotten('history/');
  await alice.hasForgotten('login/');
});

promise('a login that was revoked while offline shows nothing once the server says so', async (scene) => {
  const elsewhere = await scene.account('carol');
  const carol = await scene.person('carol');
  await carol.login();
  await carol.isIn('lobby');
  await carol.say('seen offline');
  await carol.isKeptAsAPage();
  await carol.hasKept('history/', 'seen offline');
  const origin = new URL(scene.server.origin).origin;
  await carol.context.route(`${origin}/api/**`, (route) => route.abort());
  await carol.reloads();
  await carol.sees('seen offline');
  await elsewhere.call('DELETE', '/sessions');
  await carol.context.unroute(`${origin}/api/**`);
  await carol.isAt('/login');
  await carol.hasForgotten('history/');
});

promise('the most active rooms can be read without a network before they were ever opened, unless one saves data', async ({ person, account, server }) => {
  const bob = await account('bob');
  const garden = await bob.createRoom('garden');
  for (const text of ['planted first', 'planted last']) await bob.post(garden.id, text);
  const alice = await account('alice');
  const carol = await account('carol');
  for (const { id } of [alice, carol]) await bob.call('PUT', `/rooms/${garden.id}/members/${id}`);

  const sparing = await person('carol');
  await sparing.page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  const fetched = [];
  sparing.page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await sparing.opens('/login');
  await sparing.login();
  await sparing.isIn('lobby');
  const reading = await person('alice');
  await reading.opens('/login');
  await reading.login();
  await reading.isIn('lobby');
  await reading.isKeptAsAPage();
  await reading.hasKept('history/', 'planted first');
  const pages = fetched.filter((path) => path.endsWith('/messages'));
  assert.deepEqual(pages.filter((path) => path.includes(garden.id)), []);
  assert.equal(pages.length, 1, 'the room that is open');

  await server.kill();
  await reading.reloads();
  await reading.isIn('lobby');
  await reading.goesTo('garden');
  await reading.sees('planted first');
  await reading.sees('planted last');
});
