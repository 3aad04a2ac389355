import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('an answer quotes its message, and a click on the quote goes there, however long ago', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  await bob.post(lobby.id, 'shall we have tea?');
  for (let n = 1; n <= 120; n += 1) await bob.post(lobby.id, `line ${n}`);
  const alice = await person('alice');
  await alice.register();

  await alice.answers('line 118', 'yes, to that');
  await alice.quote('yes, to that').filter({ hasText: 'line 118' }).waitFor();
  await alice.hasMessage('yes, to that', 'sent', 'delivered', 'read');
  await alice.quote('yes, to that').filter({ hasText: 'line 118' }).waitFor();

  const { messages } = await bob.call('GET', `/rooms/${lobby.id}/messages?after=0&limit=1`);
  const answer = { client_id: crypto.randomUUID(), body: 'of course', reply_to: messages[0].id };
  await bob.call('POST', `/rooms/${lobby.id}/messages`, answer);
  await alice.quote('of course').filter({ hasText: 'shall we have tea?' }).click();
  await alice.hasInView('shall we have tea?');
});

promise('Escape gives up an answer and keeps what was written', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.say('a question');
  await alice.chooses('a question', 'Answer message');
  const box = alice.page.getByTestId('composer-input');
  await box.pressSequentially('an answer');
  assert.equal(await alice.focused(), await box.getAttribute('aria-label'), 'one goes on to write at once');
  await box.press('Escape');
  await alice.page.getByRole('group', { name: 'Your answer' }).waitFor({ state: 'detached' });
  assert.equal(await box.inputValue(), 'an answer');
});

promise('a deleted message can be taken back, and is gone for everybody when it is not', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  for (const text of ['kept', 'gone', 'after']) await alice.say(text);
  await bob.sees('after');

  await alice.deletes('kept');
  await alice.page.getByRole('button', { name: 'Undo' }).click();
  await alice.sees('kept');

  await alice.page.clock.install();
  await alice.deletes('gone');
  await alice.page.getByText('Message deleted').waitFor();
  await bob.sees('gone');
  await alice.page.clock.runFor(8_000);
  await bob.page.getByText('Message deleted').waitFor();
  assert.deepEqual(await bob.transcript(), ['kept', 'Message deleted', 'after']);
});

promise('who leaves the room after deleting has deleted', async ({ person, account }) => {
  const bob = await account('bob');
  const alice = await person('alice');
  await alice.register();
  await alice.say('gone');
  await alice.hasMessage('gone', 'sent', 'delivered', 'read');
  await alice.deletes('gone');
  const deleted = alice.page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await alice.page.getByRole('link', { name: /browse/i }).click();
  await deleted;
  const lobby = await bob.room('lobby');
  const { messages } = await bob.call('GET', `/rooms/${lobby.id}/messages`);
  assert.ok(messages[0].deleted_at, JSON.stringify(messages));
});

promise('who closes the page after deleting has deleted, however slow the line', async ({ person, wire }) => {
  const cable = await wire();
  const alice = await person('alice', { via: cable });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.say('gone');
  await alice.hasMessage('gone', 'sent', 'delivered', 'read');
  await bob.sees('gone');
  await alice.deletes('gone');
  await alice.page.getByRole('button', { name: 'Undo' }).waitFor();
  const isAsked = cable.clog(/^DELETE .*\/messages\//);
  await alice.leaves();
  await isAsked;
  await bob.say('meanwhile');
  await bob.hasMessage('meanwhile', 'sent', 'delivered', 'read');
  cable.unclog();
  await bob.page.getByText('Message deleted').waitFor();
});

promise('the link to a message opens the room around it', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  for (let n = 1; n <= 150; n += 1) await bob.post(lobby.id, `line ${n}`);
  const alice = await person('alice');
  await alice.register();
  await alice.scrollsUpTo('line 20');
  const link = await alice.copiesLink('line 20');
  assert.match(link, /^http:.*\/rooms\/[0-9a-f-]{36}\/messages\/\d+$/);

  const carol = await person('carol');
  await carol.register();
  await carol.page.goto(link);
  await carol.hasInView('line 20');
  await carol.sees('line 45');
  await carol.page.getByRole('button', { name: 'Go to the newest message' }).click();
  await carol.hasInView('line 150');
});

promise('Up in the empty box edits the last message, and Escape leaves it as it was', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.say('first');
  await alice.say('secnod');
  await alice.hasMessage('secnod', 'sent', 'delivered', 'read');
  const box = alice.page.getByTestId('composer-input');
  const edit = alice.page.getByLabel('Edit message');

  await box.press('ArrowUp');
  await edit.fill('something else');
  await edit.press('Escape');
  await alice.sees('secnod');
  assert.equal(await alice.focused(), await box.getAttribute('aria-label'), 'the focus is back in the box');

  await box.press('ArrowUp');
  await edit.fill('second');
  await edit.press('Enter');
  await bob.sees('second');
  await bob.message('second').getByText('edited').waitFor();
  assert.deepEqual(await bob.transcript(), ['first', 'second']);
});

promise('links are whole and lead out safely; nothing else is one', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const text = 'see https://a.example/wiki/Tea_(drink)?a=1&b=2#top, (http://b.example/) or mailto:ana@a.example. javascript:alert(1) <b>no</b>';
  await alice.say(text);
  await alice.sees(text);
  const links = await alice.message(text).getByRole('link').evaluateAll((links) =>
    links.map((link) => [link.getAttribute('href'), link.textContent, link.target, link.rel]),
  );
  const safe = ['_blank', 'noopener noreferrer'];
  const addresses = ['https://a.example/wiki/Tea_(drink)?a=1&b=2#top', 'http://b.example/', 'mailto:ana@a.example'];
  assert.deepEqual(links, addresses.map((address) => [address, address, ...safe]));
});

promise('line breaks are kept, and a few emoji alone are large', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const box = alice.page.getByTestId('composer-input');
  await box.fill('one\n  two\n\nthree');
  await box.press('Enter');
  const body = alice.page.getByTestId('message-body').first();
  await body.waitFor();
  assert.equal(await body.innerText(), 'one\n  two\n\nthree');

  await alice.say('🎉 👍🏽');
  await alice.say('well done 🎉');
  // Once it is posted: the row of one that is on its way is taken out, and has no size then.
  const posted = (text) => alice.message(text).and(alice.page.locator('[data-seq]'));
  const size = (text) =>
    posted(text).getByTestId('message-body').evaluate((body) => parseFloat(getComputedStyle(body).fontSize));
  assert.ok((await size('🎉 👍🏽')) >= 2 * (await size('well done 🎉')));
});
