import assert from 'node:assert/strict';

import { slowDown } from '../harness/pace.js';
import { promise } from '../harness/promise.js';

const COUNT = 320;

/** Forty messages a second, four at a time and of one to three lines, as a busy room says them. */
async function burst(account, room) {
  const began = performance.now();
  for (let n = 1; n <= COUNT; n += 4) {
    const text = (n) => `burst ${n}${'\nand more'.repeat(n % 3)}`;
    await Promise.all([0, 1, 2, 3].map((more) => account.post(room, text(n + more))));
    // How fast people talk is the scene, and nothing that the test waits for.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + n * 25 - performance.now())));
  }
}

async function readers({ person, account }) {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  for (let n = 1; n <= 60; n += 1) await bob.post(lobby.id, `line ${n}`);
  const alice = await person('alice');
  await alice.register();
  await alice.hasInView('line 60');
  return { bob, lobby, alice };
}

promise('whoever is at the end stays there through a burst of messages, on a slow machine too', async (scene) => {
  const { bob, lobby, alice } = await readers(scene);
  await slowDown(alice.page, 4);
  await burst(bob, lobby.id);
  await bob.post(lobby.id, 'the last one');
  await alice.hasInView('the last one');
  const view = alice.page.getByRole('region', { name: 'Messages' });
  const distance = await view.evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
  assert.ok(distance < 2, `${distance} px above the end`);
  assert.equal(await alice.page.locator('.log__pill').count(), 0, 'nothing is said to be missed');
});

promise('whoever goes up in the middle of a burst of messages stays there', async (scene) => {
  const { bob, lobby, alice } = await readers(scene);
  await slowDown(alice.page, 4);
  const going = burst(bob, lobby.id);
  await alice.page.getByText(/^burst 8/).waitFor();
  // By what the page has at that moment: it goes on while a test asks.
  const { seq, stood } = await alice.page.evaluate(() => {
    const row = [...document.querySelectorAll('[data-seq]')].at(-50);
    row.scrollIntoView();
    return { seq: row.dataset.seq, stood: row.getBoundingClientRect().top };
  });
  await going;
  await alice.page.getByTestId('new-pill').waitFor();
  const top = await alice.page.locator(`[data-seq="${seq}"]`).evaluate((row) => row.getBoundingClientRect().top);
  assert.ok(Math.abs(top - stood) <= 1, `what is read moved by ${top - stood} px`);
});
