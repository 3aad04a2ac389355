import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('the page says that it loads before the program is there', async ({ person }) => {
  const alice = await person('alice');
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await alice.page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(`${alice.origin}/login`, { waitUntil: 'commit' });
  await alice.page.getByRole('status').filter({ hasText: 'Loading' }).waitFor();
  assert.equal(await alice.page.getByText('Parlor', { exact: true }).isVisible(), true);
  const first = await alice.page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length);
  assert.equal(first, 1, 'it was painted');
  go();
  await alice.page.getByLabel('Username').waitFor();
});

promise('a page whose program can not start says so in words', async ({ person }) => {
  const alice = await person('alice');
  await alice.page.route('**/*.wasm', (route) => route.abort());
  await alice.opens('/login');
  await alice.page.getByText('Parlor could not start. Reload the page').waitFor();
});
