import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

/** Lets the server refuse what says that it should be, as long as `refuses` is true. */
async function refusing(person) {
  const server = { refuses: true };
  await person.page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const real = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(text);
      if (frame.type !== 'send_message' || !/refuse/.test(frame.body) || !server.refuses) return real.send(text);
      const { client_id } = frame;
      socket.send(JSON.stringify({ type: 'error', code: 'conflict', message: 'not today', client_id }));
    });
  });
  return server;
}

promise('a message that is refused says why, and is sent again or given up', async ({ person }) => {
  const alice = await person('alice');
  const server = await refusing(alice);
  await alice.register();
  await alice.say('refuse this');
  await alice.hasMessage('refuse this', 'failed');
  await alice.page.getByRole('alert').filter({ hasText: 'Not sent: not today' }).waitFor();
  await alice.say('after it');
  await alice.hasMessage('after it', 'sent', 'delivered', 'read');

  server.refuses = false;
  await alice.page.getByRole('button', { name: 'Retry' }).click();
  await alice.hasMessage('refuse this', 'sent', 'delivered', 'read');

  server.refuses = true;
  await alice.say('refuse that');
  await alice.page.getByRole('button', { name: 'Discard' }).click();
  await alice.message('refuse that').waitFor({ state: 'detached' });
  assert.deepEqual(await alice.transcript(), ['after it', 'refuse this']);
});

promise('Enter that belongs to an input method sends nothing', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  const box = alice.page.getByTestId('composer-input');
  await box.fill('にほん');
  for (const event of [{ isComposing: true }, { keyCode: 229 }]) {
    await box.dispatchEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...event });
  }
  assert.equal(await box.inputValue(), 'にほん');
  await box.press('Enter');
  await alice.sees('にほん');
  assert.deepEqual(await alice.transcript(), ['にほん']);
});

promise('on a touch screen Enter breaks the line', async ({ person }) => {
  const alice = await person('alice', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await alice.register();
  const box = alice.page.getByTestId('composer-input');
  await box.fill('one');
  await box.press('Enter');
  await box.pressSequentially('two');
  assert.equal(await box.inputValue(), 'one\ntwo');
  await alice.page.getByTestId('composer-send').tap();
  await alice.page.getByTestId('message-body').filter({ hasText: /one\s+two/ }).waitFor();
});
