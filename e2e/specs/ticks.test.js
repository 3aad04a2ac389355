import { promise } from '../harness/promise.js';

promise('one tick when the server has it, two when everybody has it, read when everybody read it', async ({ person, account }) => {
  const alice = await person('alice');
  const bob = await person('bob');
  const carol = await account('carol');
  await alice.register();
  await bob.register();

  // Bob has it, Carol is away: not all have it.
  await alice.say('is everybody there?');
  await bob.sees('is everybody there?');
  await alice.hasMessage('is everybody there?', 'sent');
  await alice.message('is everybody there?').getByTestId('tick').waitFor();

  const lobby = await carol.room('lobby');
  const { head } = await carol.call('GET', `/rooms/${lobby.id}/messages`);
  await carol.call('PUT', `/rooms/${lobby.id}/marks`, { delivered: head });
  await alice.hasMessage('is everybody there?', 'delivered');

  await carol.call('PUT', `/rooms/${lobby.id}/marks`, { read: head });
  await bob.page.bringToFront();
  await alice.hasMessage('is everybody there?', 'read');
});

promise('a message to somebody who is away keeps one tick until they come', async ({ person, account }) => {
  await account('bob');
  const alice = await person('alice');
  await alice.register();
  await alice.writesTo('bob');
  await alice.say('when you are back');
  await alice.hasMessage('when you are back', 'sent');

  const bob = await person('bob');
  await bob.login();
  await bob.isIn('lobby');
  await alice.hasMessage('when you are back', 'delivered', 'read');
});
