import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

const INVITED = { PARLOR_REGISTRATION: 'invitation' };

promise('where one registers by invitation, its link brings the code, and it is good once', async ({ person, server }) => {
  const code = await server.invites();
  const alice = await person('alice');
  await alice.opens(`/register#invitation=${code}`);
  assert.equal(await alice.invitationField().inputValue(), code);
  await alice.fillsRegistration();
  await alice.submits();
  await alice.isIn('lobby');
  assert.ok(!server.log.includes(code), 'what stands behind # reaches no log');

  const mallory = await person('mallory');
  await mallory.opens(`/register#invitation=${code}`);
  await mallory.fillsRegistration();
  await mallory.submits();
  await mallory.seesFieldError('Invitation');
}, INVITED);

promise('without a code, or with a wrong one, the form says what is missing', async ({ person, server }) => {
  const bob = await person('bob');
  await bob.opens('/register');
  await bob.fillsRegistration();
  await bob.submits();
  await bob.seesFieldError('Invitation');
  await bob.invitationField().fill('not a code');
  await bob.submits();
  await bob.seesFieldError('Invitation');

  await bob.invitationField().fill(` ${await server.invites()} `);
  await bob.submits();
  await bob.isIn('lobby');
}, INVITED);

promise('where registration is closed nobody is offered a form', async ({ person }) => {
  const carol = await person('carol');
  await carol.opens('/register');
  await carol.page.getByText(/closed/i).first().waitFor();
  assert.equal(await carol.page.getByLabel('Username').count(), 0);
}, { PARLOR_REGISTRATION: 'closed' });
