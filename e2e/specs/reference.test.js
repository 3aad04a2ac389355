import assert from 'node:assert/strict';

import { promise } from '../harness/promise.js';

promise('the API explains itself to whoever writes a program, and is tried from there', async ({ person, account }) => {
  const alice = await account('alice');
  const reader = await person('reader');
  await reader.opens('/api/docs');
  assert.ok((await reader.shownRoutes()).length > 35);
  await reader.looksUp('post /api/v1/rooms/{room}/messages');
  assert.deepEqual(await reader.shownRoutes(), ['messages_post_message']);

  const route = await reader.unfolds('messages_post_message');
  await route.getByText('Body: NewMessage').waitFor();
  await route.getByText('payload_too_large').waitFor();
  assert.match(await route.innerText(), /client_id/);

  const body = { client_id: crypto.randomUUID(), body: 'from the docs <b>' };
  assert.match(await reader.tries('messages_post_message', { room: 'lobby', body }), /^401 /);
  await reader.showsToken(alice.token);
  const answer = await reader.tries('messages_post_message', { room: 'lobby', body });
  assert.match(answer, /^201 [^]*"body": "from the docs <b>"/);
});
