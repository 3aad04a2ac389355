import { promise } from '../harness/promise.js';

promise('one, two and several people are seen writing, until they stop or have sent it', async ({ person }) => {
  const [alice, bob, carol, dora] = await Promise.all(['alice', 'bob', 'carol', 'dora'].map((name) => person(name)));
  for (const each of [alice, bob, carol, dora]) await each.register();
  const line = alice.page.getByTestId('typing');
  const writes = (who) => who.page.getByTestId('composer-input').pressSequentially('hm');

  await writes(bob);
  await line.filter({ hasText: /^bob is writing…$/ }).waitFor();
  await writes(carol);
  await line.filter({ hasText: /^(bob and carol|carol and bob) are writing…$/ }).waitFor();
  await writes(dora);
  await line.filter({ hasText: /^Several people are writing…$/ }).waitFor();
  for (const each of [bob, carol, dora]) await each.say('done');
  await line.waitFor({ state: 'detached' });
  await writes(bob);
  await line.filter({ hasText: /^bob is writing…$/ }).waitFor();
  // He goes on no more: after five seconds it is not true any more.
  await line.waitFor({ state: 'detached' });
});
