import { promise } from '../harness/promise.js';

promise('two people in two tabs of one browser stay two people, across reloads', async ({ person, account }) => {
  await account('alice');
  await account('bob');
  const alice = await person('alice');
  const bob = await person('bob', { beside: alice });
  await alice.opens('/login');
  await bob.opens('/login');
  await alice.login();
  await bob.login();
  await alice.isIn('lobby');
  await bob.isIn('lobby');

  await alice.say('I am alice');
  await bob.sees('I am alice');
  await bob.say('I am bob');
  await alice.sees('I am bob');

  await alice.reloads();
  await bob.reloads();
  await alice.isMine('I am alice');
  await bob.isMine('I am bob');
  await alice.say('still alice');
  await bob.sees('still alice');
  await alice.isMine('still alice');
  await bob.say('still bob');
  await alice.sees('still bob');
  await bob.isMine('still bob');
});

promise('a new tab lets somebody else log in beside the one who is there', async ({ person, account }) => {
  await account('bob');
  const alice = await person('alice');
  await alice.register();
  const bob = await person('bob', { beside: alice });
  await bob.opens('/login');
  await bob.login();
  await bob.isIn('lobby');

  await alice.say('I am alice');
  await alice.isMine('I am alice');
  await bob.say('I am bob');
  await bob.isMine('I am bob');
  await alice.sees('I am bob');
});

promise('logging out in one tab leaves the other person logged in', async ({ person, account }) => {
  await account('alice');
  await account('bob');
  const alice = await person('alice');
  const bob = await person('bob', { beside: alice });
  await alice.opens('/login');
  await bob.opens('/login');
  await alice.login();
  await alice.isIn('lobby');
  await bob.login();
  await bob.isIn('lobby');

  await alice.logout();
  await alice.isAt('/login');
  await bob.say('I stay');
  await bob.hasMessage('I stay', 'sent', 'delivered', 'read');
  await bob.reloads();
  await bob.sees('I stay');
});
