import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('registering lands in the lobby, ready to talk', async ({ person }) => {
  const alice = await person('alice');
  await alice.register({ gender: 'Female' });
  await alice.say('hello');
  await alice.hasMessage('hello', 'sent', 'delivered', 'read');
});

promise('a weak password is refused at its field and creates nobody', async ({ person }) => {
  const alice = await person('alice');
  await alice.opens('/register');
  await alice.fillsRegistration({ password: 'password1' });
  await alice.submits();
  await alice.seesFieldError('Password');
  assert.equal(new URL(alice.page.url()).pathname, '/register');

  // The name is still free: only now does somebody take it.
  await alice.fillsRegistration();
  await alice.submits();
  await alice.isIn('lobby');
});

promise('a username that is taken or malformed is told at its field', async ({ person, account }) => {
  await account('bob');
  const alice = await person('alice');
  await alice.opens('/register');
  await alice.fillsRegistration({ username: 'bob' });
  await alice.submits();
  await alice.seesFieldError('Username', /taken/i);

  await alice.fillsRegistration({ username: 'no spaces!' });
  await alice.submits();
  await alice.seesFieldError('Username');
});
