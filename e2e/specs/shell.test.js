import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('the worker keeps the page and its files, and never an answer of the API', async ({ person }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.say('not for the cache');
  await alice.isKeptAsAPage();
  await alice.reloads();
  await alice.sees('not for the cache');
  const kept = await alice.keptFiles();
  assert.ok(kept.includes('/'), `${kept}`);
  for (const ending of ['.wasm', '.js', '.css']) {
    assert.ok(kept.some((path) => path.startsWith('/assets/') && path.endsWith(ending)), `${ending}: ${kept}`);
  }
  assert.deepEqual(kept.filter((path) => path !== '/' && !path.startsWith('/assets/')), []);
});

promise('the page opens without a server, whatever its address, and says what is the matter', async ({ person, server }) => {
  const alice = await person('alice');
  await alice.opens('/login');
  await alice.isKeptAsAPage();
  await server.kill();
  await alice.opens('/rooms/lobby');
  await alice.isAt('/login');
  await alice.login();
  await alice.page.getByRole('alert').filter({ hasText: /can't be reached/ }).waitFor();
});

promise('Parlor can be installed: a manifest with a name, a start and icons that are what they say', async ({ person }) => {
  const alice = await person('alice');
  await alice.opens('/login');
  const client = await alice.context.newCDPSession(alice.page);
  const { errors, data } = await client.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.equal(manifest.name, 'Parlor');
  assert.equal(manifest.display, 'standalone');
  const drawn = await alice.page.evaluate(async (icons) => {
    const sizes = icons.map(async ({ src }) => {
      const picture = await createImageBitmap(await (await fetch(src)).blob());
      return `${picture.width}x${picture.height}`;
    });
    return Promise.all(sizes);
  }, manifest.icons);
  assert.deepEqual(drawn, manifest.icons.map(({ sizes }) => sizes));
  assert.deepEqual(manifest.icons.map(({ purpose }) => purpose), ['any', 'any', 'maskable']);
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  // A context of a test is private, and that is all that is in the way.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
});

promise('a new version of the server is offered and taken with the draft in place', async ({ person, server }) => {
  const alice = await person('alice');
  await alice.register();
  await alice.page.evaluate(() => (window.isOld = true));
  await server.kill();
  await alice.types('half a thought');
  await alice.hasKeptDraft('half a thought');
  // The same page under another name of its program: what a new version looks like from outside.
  await alice.page.route(`${server.origin}/`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/(\/assets\/boot-)\w+/, '$1next');
    await route.fulfill({ response: answer, body });
  });
  await server.start();
  await alice.takesTheNewVersion();
  await alice.isIn('lobby');
  assert.equal(await alice.page.evaluate(() => window.isOld), undefined);
  assert.equal(await alice.draft(), 'half a thought');
});

promise('a server that comes back unchanged offers nothing', async ({ person, server }) => {
  const alice = await person('alice');
  await alice.register();
  const asked = alice.page.waitForResponse((answer) => new URL(answer.url()).pathname === '/');
  await server.kill();
  await server.start();
  await (await asked).finished();
  await alice.say('still here');
  await alice.hasMessage('still here', 'sent', 'delivered', 'read');
  assert.equal(await alice.page.getByTestId('new-version').count(), 0);
});
