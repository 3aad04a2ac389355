import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('logging out leads to the login page and kills the token at once', async ({ person, server }) => {
  const alice = await person('alice');
  const bearer = alice.page.waitForRequest((request) => request.headers().authorization?.startsWith('Bearer '));
  await alice.register();
  const { authorization } = (await bearer).headers();
  const rooms = () => fetch(`${server.origin}/api/v1/rooms`, { headers: { authorization } });
  assert.equal((await rooms()).status, 200, 'the token works before');

  await alice.logout();
  await alice.isAt('/login');
  assert.equal((await rooms()).status, 401);

  await alice.opens('/rooms/lobby');
  await alice.isAt('/login');
});

promise('a private page asks for a login and is there afterwards', async ({ person, account }) => {
  await account('alice');
  const bob = await account('bob');
  const alice = await person('alice');
  await alice.opens(`/people/${bob.id}`);
  await alice.isAt('/login');
  assert.equal(await alice.page.getByTestId('composer-input').count(), 0);
  await alice.login();
  await alice.isAt(`/people/${bob.id}`);
  await alice.isIn('bob');
});

promise('a wrong password is told and lets nobody in', async ({ person, account }) => {
  await account('alice');
  const alice = await person('alice');
  await alice.login({ password: 'not-the-password-9' });
  await alice.page.getByRole('alert').first().waitFor();
  await alice.isAt('/login');
  await alice.login();
  await alice.isIn('lobby');
});

promise('a session ended elsewhere sends its page to the login', async ({ person, account }) => {
  const elsewhere = await account('alice');
  const alice = await person('alice');
  await alice.login();
  await alice.isIn('lobby');
  await alice.canTalk();
  await elsewhere.call('DELETE', '/sessions');
  await alice.isAt('/login');
});
