import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('every empty place says what to do next', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const { page } = alice;
  await page.getByText('Nothing has been said here yet. Write the first message.').waitFor();
  await alice.showsOnly('Last hour');
  await page.getByText('Quiet for an hour. Say something, or choose “All”.').waitFor();
  await alice.showsOnly('Active today');
  await page.getByText('Nobody has written today. Say something, or choose “All”.').waitFor();
  await page.getByLabel('Find people').fill('zzz');
  await page.getByText('Nobody has a name like that. Try fewer letters.').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('zzz');
  await page.getByText('Nothing is called that. Try fewer letters.').waitFor();
  await alice.opens('/browse');
  await page.getByText('You are in every public room. Start a new one below.').waitFor();
  await alice.opens('/nothing-here');
  await page.getByRole('link', { name: 'Go to your rooms' }).click();
  await alice.isIn('lobby');
});

promise('messages that can not be fetched are told, and fetched when one asks again', async ({ person, account }) => {
  const bob = await account('bob');
  await bob.post((await bob.room('lobby')).id, 'hello');
  const alice = await person('alice');
  await alice.page.route(/\/messages(\?|$)/, (route) => route.abort());
  await alice.register();
  await alice.page.getByText('The messages could not be fetched.').waitFor();
  await alice.page.unroute(/\/messages(\?|$)/);
  await alice.page.getByRole('button', { name: 'Try again' }).click();
  await alice.sees('hello');
});

promise('the forms tell password managers what each field is, and how strong a password is', async ({ person }) => {
  const alice = await person('alice');
  await alice.opens('/login');
  const hint = (label) => alice.page.getByLabel(label, { exact: true }).getAttribute('autocomplete');
  assert.deepEqual([await hint('Username'), await hint('Password')], ['username', 'current-password']);
  await alice.opens('/register');
  assert.deepEqual(
    [await hint('Username'), await hint('E-mail'), await hint('Password')],
    ['username', 'email', 'new-password'],
  );
  const meter = alice.page.getByRole('meter', { name: 'Password strength' });
  await alice.page.getByLabel('Password', { exact: true }).fill('password');
  await meter.waitFor();
  const weak = Number(await meter.getAttribute('value'));
  await alice.page.getByLabel('Password', { exact: true }).fill('tangerine-kettle-orbit-42');
  await alice.page.getByText('Password is very strong.').waitFor();
  assert.ok(Number(await meter.getAttribute('value')) > weak);
});
