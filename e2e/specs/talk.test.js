import assert from 'node:assert/strict';

import { appearance, isGreen, isLightBlue } from '../harness/appearance.js';
import { promise } from '../harness/promise.js';

promise('two people talk both ways, live', async ({ person }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  await alice.register();
  await bob.register();

  await alice.say('hello bob');
  await bob.sees('hello bob');
  await bob.say('hello alice');
  await alice.sees('hello alice');

  assert.deepEqual(await alice.transcript(), ['hello bob', 'hello alice']);
  assert.deepEqual(await bob.transcript(), ['hello bob', 'hello alice']);
});

promise('own messages stand right in light blue, the others\' left in green', async ({ person }) => {
  const alice = await person('alice', { colorScheme: 'light' });
  const bob = await person('bob');
  await alice.register();
  await bob.register();
  await alice.say('mine');
  await bob.sees('mine');
  await bob.say('yours');
  await alice.sees('yours');

  const mine = await appearance(alice.message('mine'));
  const yours = await appearance(alice.message('yours'));
  assert.equal(mine.side, 'right', JSON.stringify(mine));
  assert.ok(isLightBlue(mine.background), JSON.stringify(mine));
  assert.equal(yours.side, 'left', JSON.stringify(yours));
  assert.ok(isGreen(yours.background), JSON.stringify(yours));
  assert.equal(await alice.message('mine').getAttribute('data-mine'), 'true');
  assert.equal(await alice.message('yours').getAttribute('data-mine'), 'false');
});

promise('Enter and the button both send; Shift+Enter breaks the line', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const box = alice.page.getByTestId('composer-input');

  await box.fill('by click');
  await alice.page.getByTestId('composer-send').click();
  await alice.sees('by click');

  await box.fill('first');
  await box.press('Shift+Enter');
  await box.pressSequentially('second');
  await box.press('Enter');
  await alice.page.getByTestId('message-body').filter({ hasText: /first\s+second/ }).waitFor();
  assert.equal(await box.inputValue(), '', 'the box empties');
});
