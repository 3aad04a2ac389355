import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

promise('on a phone the list and the room are two screens with a way back', async ({ person }) => {
  const alice = await person('alice', PHONE);
  await alice.register();
  assert.equal(await alice.link('lobby').isVisible(), false, 'the room has the screen to itself');
  await alice.say('from my phone');
  await alice.hasMessage('from my phone', 'sent', 'delivered', 'read');

  await alice.goesBackToTheList();
  await alice.link('lobby').waitFor();
  assert.equal(await alice.page.getByTestId('composer-input').isVisible(), false, 'the list has the screen to itself');

  await alice.goesTo('lobby');
  await alice.sees('from my phone');
});

promise('nothing is wider than a phone', async ({ person }) => {
  const alice = await person('alice', PHONE);
  await alice.register();
  await alice.say('unbroken'.repeat(40));
  await alice.hasMessage('unbroken'.repeat(40), 'sent', 'delivered', 'read');
  for (const path of ['/rooms/lobby', '/browse', '/account']) {
    await alice.opens(path);
    await alice.page.getByRole('heading').first().waitFor();
    const [content, screen] = await alice.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= screen, `${path}: ${content} px on a screen of ${screen}`);
  }
});
