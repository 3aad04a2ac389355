import { promise } from '../harness/promise.js';

promise('the list can be narrowed to conversations with messages of the last hour', async ({ person, account }) => {
  const bob = await account('bob');
  const busy = await bob.createRoom('busy');
  await bob.post(busy.id, 'something is going on');
  await bob.createRoom('quiet');

  const alice = await person('alice');
  await alice.register();
  await alice.joins('busy');
  await alice.joins('quiet');
  await alice.link('busy').waitFor();
  await alice.link('quiet').waitFor();

  for (const span of ['Last hour', 'Active today']) {
    await alice.showsOnly(span);
    await alice.link('quiet').waitFor({ state: 'detached' });
    await alice.link('busy').waitFor();
    await alice.showsOnly('All');
    await alice.link('quiet').waitFor();
  }
});
