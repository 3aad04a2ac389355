import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

const BOX = 'Message to Lobby';

promise('Ctrl+K goes to a room or a person by a few letters, the recent ones first', async ({ person, account }) => {
  const bob = await account('bob');
  await account('carol');
  const alice = await person('alice');
  await alice.register();
  await alice.createsRoom('garden-club');
  await alice.say('watering plan');
  const { keyboard } = alice.page;
  const options = alice.page.getByRole('option');
  const chosen = alice.page.getByRole('option', { selected: true });

  await keyboard.press('Control+k');
  await chosen.filter({ hasText: 'garden-club' }).waitFor();
  assert.match((await options.allInnerTexts())[1], /lobby/i, 'the room that was quiet comes later');
  await keyboard.type('lby');
  await chosen.filter({ hasText: /lobby/i }).waitFor();
  await keyboard.press('Enter');
  await alice.isIn('lobby');

  await keyboard.press('Control+k');
  await keyboard.type('bo');
  await chosen.filter({ hasText: 'bob' }).waitFor();
  await keyboard.press('Enter');
  await alice.isAt(`/people/${bob.id}`);
  await alice.isIn('bob');

  await keyboard.press('Control+k');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowDown');
  const second = await chosen.innerText();
  assert.equal(second, (await options.allInnerTexts())[1], 'the arrows move the choice');
});

promise('closing a window gives the focus back to where it was', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const { keyboard } = alice.page;
  const windows = alice.page.getByRole('dialog');

  await alice.page.getByTestId('composer-input').focus();
  await keyboard.press('Control+k');
  await windows.waitFor();
  assert.equal(await alice.focused(), 'Room or person');
  await keyboard.press('Escape');
  await windows.waitFor({ state: 'detached' });
  assert.equal(await alice.focused(), BOX);

  const button = alice.page.getByRole('button', { name: 'Go to a room or a person' });
  await button.focus();
  await keyboard.press('Enter');
  await windows.waitFor();
  await keyboard.press('Escape');
  await windows.waitFor({ state: 'detached' });
  assert.equal(await alice.focused(), 'Go to a room or a person');

  await keyboard.press('Control+/');
  await windows.getByText('Go to a room or a person').waitFor();
  await windows.getByRole('button', { name: 'Close' }).press('Enter');
  await windows.waitFor({ state: 'detached' });
  assert.equal(await alice.focused(), 'Go to a room or a person');
});

promise('Alt and the arrows go from room to room, around the ends of the list', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  for (const name of ['first', 'second']) {
    await alice.createsRoom(name);
    await alice.say(`hello ${name}`);
    await alice.hasMessage(`hello ${name}`, 'sent', 'delivered', 'read');
  }
  const { keyboard } = alice.page;
  // Newest first: second, first, lobby.
  await keyboard.press('Alt+ArrowDown');
  await alice.isIn('first');
  await keyboard.press('Alt+ArrowUp');
  await alice.isIn('second');
  await keyboard.press('Alt+ArrowUp');
  await alice.isIn('lobby');
});

promise('messages are walked through and worked on without a mouse', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  for (const text of ['one', 'two', 'three']) {
    await alice.say(text);
    await alice.hasMessage(text, 'sent', 'delivered', 'read');
  }
  const { keyboard } = alice.page;
  await alice.page.getByRole('region', { name: 'Messages' }).focus();
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await alice.message('two').and(alice.page.locator(':focus')).waitFor();
  const outline = await alice.message('two').locator('.message__bubble').evaluate((bubble) => getComputedStyle(bubble).outlineStyle);
  assert.equal(outline, 'solid', 'one sees where one is');
  for (const name of ['Answer message', 'Copy link', 'Edit message', 'Delete message']) {
    await keyboard.press('Tab');
    assert.equal(await alice.focused(), name);
  }
  await keyboard.press('Enter');
  assert.equal(await alice.focused(), 'Undo', 'the way back is under the finger');
  await keyboard.press('Enter');
  await alice.sees('two');
  assert.equal(await alice.focused(), BOX);

  await alice.page.getByRole('region', { name: 'Messages' }).focus();
  await keyboard.press('ArrowUp');
  await keyboard.type('hi');
  assert.equal(await alice.page.getByTestId('composer-input').inputValue(), 'hi', 'letters go into the box');
});

promise('whatever has the focus by keyboard shows it', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.say('hello');
  await alice.sees('hello');
  const seen = new Set();
  for (let n = 0; n < 30; n += 1) {
    await alice.page.keyboard.press('Tab');
    const [name, isShown] = await alice.page.evaluate(() => {
      const element = document.activeElement;
      // A box within a field shows it by the field's edge.
      const shows = [element, element.closest('label')].some((shown) => {
        const style = shown && getComputedStyle(shown);
        return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      });
      return [element.getAttribute('aria-label') ?? element.textContent, shows || element === document.body];
    });
    assert.ok(isShown, `no ring around "${name}"`);
    seen.add(name);
  }
  assert.ok(seen.size > 8, `only ${[...seen]}`);
});
