import assert from 'node:assert/strict';

import { isAccessible } from '../harness/access.js';
import { promise } from '../harness/promise.js';

promise('no page for strangers breaks a rule of accessibility, in either theme', async ({ person }) => {
  const alice = await person('alice');
  for (const path of ['/login', '/register']) {
    await alice.opens(path);
    await alice.page.locator('form').waitFor();
    await isAccessible(alice.page, path);
  }
  await alice.fillsRegistration({ password: 'password' });
  await alice.submits();
  await alice.seesFieldError('Password');
  await isAccessible(alice.page, 'registering with what is wrong');
  await alice.opens('/login');
  await alice.login({ password: 'not-the-one' });
  await alice.page.getByRole('alert').waitFor();
  await isAccessible(alice.page, 'a login that was refused');
  await alice.opens('/nothing-here');
  await alice.page.getByRole('heading').first().waitFor();
  await isAccessible(alice.page, 'no such page');
});

promise('a room breaks no rule of accessibility in any state, in either theme', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  const alice = await person('alice');
  await alice.register();
  const { page } = alice;
  await page.getByText('Nothing has been said here yet').waitFor();
  await isAccessible(page, 'an empty room');

  const question = await bob.post(lobby.id, 'tea? https://tea.example 🍵');
  await bob.call('POST', `/rooms/${lobby.id}/messages`, {
    client_id: crypto.randomUUID(),
    body: 'or coffee',
    reply_to: question.id,
  });
  await alice.sees('or coffee');
  await alice.say('tea, please');
  await alice.hasMessage('tea, please', 'sent', 'delivered', 'read');
  await isAccessible(page, 'a room');

  await (await alice.menu('tea, please')).waitFor();
  await isAccessible(page, 'the menu of a message');
  await alice.chooses('or coffee', 'Answer message');
  await isAccessible(page, 'an answer');
  await page.getByTestId('composer-input').press('Escape');
  await alice.chooses('tea, please', 'Edit message');
  await isAccessible(page, 'an edit');
  await page.getByLabel('Edit message').press('Escape');
  await alice.deletes('tea, please');
  await isAccessible(page, 'a deletion that can be undone');
  await page.getByRole('button', { name: 'Undo' }).click();

  for (const [keys, where] of [['Control+k', 'the switcher'], ['Control+/', 'the shortcuts']]) {
    await page.keyboard.press(keys);
    await page.getByRole('dialog').waitFor();
    await isAccessible(page, where);
    await page.keyboard.press('Escape');
  }
});

promise('no other page breaks a rule of accessibility, in either theme', async ({ person, account }) => {
  const bob = await account('bob');
  const alice = await person('alice');
  await alice.register();
  await alice.createsRoom('garden');
  const room = await alice.roomAddress();
  for (const path of ['/rooms', '/browse', '/account', `${room}/settings`, `/people/${bob.id}`, '/rooms/no-such-room']) {
    await alice.opens(path);
    await alice.page.getByRole('main').waitFor();
    await alice.page.waitForLoadState('networkidle');
    await isAccessible(alice.page, path);
  }
});

promise('on a phone no rule of accessibility is broken, and no target is too small for a finger', async ({ person, account }) => {
  await account('bob');
  const alice = await person('alice', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await alice.register();
  await alice.say('from my phone');
  await alice.hasMessage('from my phone', 'sent', 'delivered', 'read');
  const small = () =>
    alice.page.getByRole('main').or(alice.page.getByRole('navigation')).evaluateAll((parts) =>
      parts.flatMap((part) =>
        [...part.querySelectorAll('button, input, textarea, a.button, a.icon-button, a.room-link__link, a.person__link')]
          .filter((control) => control.checkVisibility({ visibilityProperty: true }))
          // A choice is as large as its label, which can be pressed as well.
          .map((control) => [control, control.closest('label') ?? control])
          .map(([control, target]) => [control.getAttribute('aria-label') ?? target.textContent, target.getBoundingClientRect()])
          .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < 44 || box.height < 44))
          .map(([name, box]) => `${name}: ${box.width} × ${box.height}`),
      ),
    );
  for (const path of ['/rooms/lobby', '/rooms', '/browse', '/account']) {
    await alice.opens(path);
    await alice.page.waitForLoadState('networkidle');
    assert.deepEqual(await small(), [], path);
    await isAccessible(alice.page, `${path} on a phone`);
  }
});

promise('at a zoom of 200 % nothing is cut off or scrolls sideways', async ({ person, account }) => {
  const bob = await account('bob');
  // What 200 % leave of 1280 × 800: half the CSS pixels.
  const alice = await person('alice', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await alice.register();
  const lobby = await bob.room('lobby');
  await bob.post(lobby.id, 'a longer line of words that has to find its place in a narrow window, all of it');
  for (const path of ['/rooms/lobby', '/browse', '/account', '/rooms']) {
    await alice.opens(path);
    await alice.page.waitForLoadState('networkidle');
    const [content, screen] = await alice.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= screen, `${path}: ${content} px of ${screen}`);
  }
  await alice.opens('/rooms/lobby');
  await alice.say('still to be seen');
  await alice.hasInView('still to be seen');
});

promise('who wants less motion gets none', async ({ person }) => {
  const alice = await person('alice', { reducedMotion: 'reduce' });
  await alice.register();
  const moving = await alice.page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .map((element) => [element.className, getComputedStyle(element)])
      .filter(([, style]) => [...style.transitionDuration.split(', '), ...style.animationDuration.split(', ')].some((time) => parseFloat(time) > 0))
      .map(([name]) => String(name.baseVal ?? name)),
  );
  assert.deepEqual(moving, []);
});

promise('with forced colors own messages, the chosen room and unread counts are still told apart', async ({ person, account }) => {
  const bob = await account('bob');
  const alice = await person('alice', { forcedColors: 'active' });
  await alice.register();
  await alice.createsRoom('garden');
  const lobby = await bob.room('lobby');
  await bob.post(lobby.id, 'hello');
  await alice.link('lobby').getByTestId('pill-unread').waitFor();
  await alice.say('mine');
  await alice.sees('mine');
  const line = (locator) =>
    locator.evaluate((element) => {
      const style = getComputedStyle(element);
      return parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== 'none' ? style.borderTopStyle : 'none';
    });
  assert.notEqual(await line(alice.message('mine').locator('.message__bubble')), 'none', 'a bubble has an edge');
  assert.notEqual(await line(alice.link('lobby').getByTestId('pill-unread')), 'none', 'a count has an edge');
  assert.notEqual(await line(alice.link('garden').locator('.room-link__link')), 'none', 'the open room has an edge');
});

promise('a screen reader hears new messages in one sentence, and never the backlog', async ({ person, account }) => {
  const bob = await account('bob');
  const lobby = await bob.room('lobby');
  for (const text of ['one', 'two']) await bob.post(lobby.id, text);
  const alice = await person('alice');
  await alice.register();
  await alice.sees('two');
  const log = alice.page.getByRole('log');
  assert.equal(await log.getAttribute('aria-live'), 'polite');
  assert.equal(await log.innerText(), '', 'what was there before is not read out');
  for (const text of ['three', 'four', 'five', 'six']) await bob.post(lobby.id, text);
  await alice.sees('six');
  await log.getByText('4 new messages from bob').waitFor();
});

promise('every page has its landmarks, one heading of the first level, and a title', async ({ person, account }) => {
  const bob = await account('bob');
  const alice = await person('alice');
  await alice.register();
  for (const path of ['/rooms/lobby', `/people/${bob.id}`, '/browse', '/account', '/rooms/lobby/settings']) {
    await alice.opens(path);
    await alice.page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await alice.page.getByRole('main').count(), 1, path);
    assert.equal(await alice.page.getByRole('heading', { level: 1 }).count(), 1, path);
    await alice.page.getByRole('navigation', { name: 'Rooms and conversations' }).waitFor();
    // A step after the heading, which has what it names.
    await alice.page.waitForFunction(() => / · Parlor$/.test(document.title), null, { timeout: 5_000 });
  }
  await alice.opens('/rooms/lobby');
  await alice.page.getByRole('complementary', { name: 'People' }).waitFor();
});
