import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

/** A room with more than a screen of lines, and somebody who has come to read it. */
async function longRoom({ person, account }) {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  for (let n = 1; n <= 60; n += 1) await bob.post(lobby.id, `line ${n}`);
  const alice = await person('alice');
  await alice.register();
  await alice.sees('line 60');
  return { bob, lobby, alice };
}

const top = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top);

promise('who reads further up is told how many messages came, and a click goes there', async (scene) => {
  const { bob, lobby, alice } = await longRoom(scene);
  await alice.page.getByRole('button', { name: 'Go to the newest message' }).click().catch(() => {});
  await alice.hasInView('line 60');
  await alice.message('line 30').scrollIntoViewIfNeeded();
  await alice.page.getByRole('button', { name: 'Go to the newest message' }).waitFor();
  const stood = await top(alice.message('line 30'));
  for (const text of ['new 1', 'new 2', 'new 3']) await bob.post(lobby.id, text);
  const pill = alice.page.getByTestId('new-pill');
  await pill.filter({ hasText: '3 new messages' }).waitFor();
  assert.ok(Math.abs((await top(alice.message('line 30'))) - stood) <= 1, 'what is read stays where it is');
  await pill.click();
  await alice.hasInView('new 3');
  await pill.waitFor({ state: 'detached' });
});

promise('at the end of a room one follows it; an edit further up moves nothing', async (scene) => {
  const { bob, lobby, alice } = await longRoom(scene);
  await alice.say('here I am');
  await alice.hasInView('here I am');
  const posted = await bob.post(lobby.id, 'helo');
  await alice.hasInView('helo');
  await alice.message('line 30').scrollIntoViewIfNeeded();
  await alice.page.getByRole('button', { name: 'Go to the newest message' }).waitFor();
  const stood = await top(alice.message('line 30'));
  const body = { body: 'hello\nto\nall\nof\nyou' };
  await bob.call('PATCH', `/rooms/${lobby.id}/messages/${posted.id}`, body);
  const first = (await bob.call('GET', `/rooms/${lobby.id}/messages?after=0&limit=15`)).messages.at(-1);
  await bob.call('PATCH', `/rooms/${lobby.id}/messages/${first.id}`, body);
  await alice.page.getByTestId('message').filter({ hasText: 'edited' }).nth(1).waitFor();
  assert.ok(Math.abs((await top(alice.message('line 30'))) - stood) <= 1, 'the line under the eye');
});

promise('a room opens at the first unread message, and its line stays while one reads', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  const alice = await person('alice');
  await alice.register();
  await alice.say('read');
  await alice.hasMessage('read', 'sent', 'delivered', 'read');
  await alice.page.getByRole('link', { name: /browse/i }).click();
  await alice.isAt('/browse');
  for (let n = 1; n <= 40; n += 1) await bob.post(lobby.id, `new ${n}`);
  await alice.link('lobby').and(alice.page.locator('[data-unread="40"]')).waitFor();

  await alice.goesTo('lobby');
  await alice.hasInView('new 1');
  const line = alice.page.locator('.new-line');
  const order = () =>
    alice.page.locator('.new-line, [data-testid=message]').evaluateAll((rows) =>
      rows.findIndex((row) => row.matches('.new-line')),
    );
  assert.equal(await order(), 1, 'right before the first unread message');
  await alice.message('new 40').scrollIntoViewIfNeeded();
  await alice.link('lobby').and(alice.page.locator('[data-unread="0"]')).waitFor();
  assert.equal(await order(), 1, 'it stays there while one reads');
  await alice.page.getByRole('link', { name: /browse/i }).click();
  await alice.goesTo('lobby');
  await alice.sees('new 40');
  assert.equal(await line.count(), 0, 'and is gone the next time');
});

promise('nothing is read in a window that has not the focus', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  const alice = await person('alice');
  await alice.register();
  const beside = await alice.context.newPage();
  await beside.bringToFront();
  await alice.page.evaluate(() => {
    Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true });
    dispatchEvent(new Event('blur'));
  });
  await bob.post(lobby.id, 'psst');
  await alice.sees('psst');
  await alice.link('lobby').and(alice.page.locator('[data-unread="1"]')).waitFor();
  await alice.page.evaluate(() => {
    delete document.hasFocus;
    dispatchEvent(new Event('focus'));
  });
  await alice.page.bringToFront();
  await alice.link('lobby').and(alice.page.locator('[data-unread="0"]')).waitFor();
});

promise('days are parted in the reader\'s own time zone', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  await bob.post(lobby.id, 'this morning');
  const labels = [];
  for (const timezoneId of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const reader = await person(timezoneId.split('/')[1].toLowerCase(), { timezoneId, locale: 'en-GB' });
    await reader.register();
    await reader.sees('this morning');
    labels.push(await reader.message('this morning').locator('time').getAttribute('title'));
    await reader.page.locator('.day-line').first().getByText('Today').waitFor();
  }
  // 25 hours apart: never the same day.
  assert.notEqual(labels[0].slice(0, 11), labels[1].slice(0, 11), labels.join(' and '));
});

promise('a menu that nobody sees yet makes no empty line in a narrow window', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  const alice = await person('alice', { viewport: { width: 390, height: 844 } });
  await alice.register();
  const long = 'a message that is long enough to fill more than one line of a narrow window, from edge to edge';
  await alice.say(long);
  await bob.post(lobby.id, `${long}, and another one`);
  await alice.sees(`${long}, and another one`);
  const spare = await alice.page.getByTestId('message').evaluateAll((rows) =>
    rows.map((row) => row.offsetHeight - row.querySelector('.message__bubble').offsetHeight),
  );
  assert.equal(spare.length, 2);
  assert.ok(Math.max(...spare) < 20, `${spare} px`);
});
