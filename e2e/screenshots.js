// Pictures of every page and state, from phone to desktop, light and dark: `cargo xtask screenshots DIR`.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Account } from './harness/api.js';
import { launch } from './harness/chromium.js';
import { Parlor } from './harness/parlor.js';
import { Person } from './harness/person.js';

const SIZES = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 360, height: 740 },
};
const SCHEMES = ['light', 'dark'];

const LOBBY = [
  ['bob', 'Morning! The tomatoes are out, finally.'],
  ['alice', 'All forty of them?'],
  ['bob', 'Thirty-eight. Two went to the snails.'],
  ['carol', 'I can bring copper tape on Saturday, there is half a roll left from last year.'],
  ['alice', 'Yes please. And the long table?'],
  ['carol', 'Also the long table.'],
  ['alice', '🎉'],
  ['bob', 'The seeds came from https://seeds.example/tomatoes/heirloom (the old page).'],
];

const PRIVATE = [
  ['bob', 'Did you order the cake?'],
  ['alice', 'Yesterday. Lemon, not chocolate: he never eats chocolate.'],
];

/** Fills the store with three people and what they said. */
async function setScene(origin) {
  const genders = { alice: 'female', bob: 'male', carol: 'female', dora: 'other', emil: 'male', fred: 'unspecified' };
  const people = {};
  for (const [name, gender] of Object.entries(genders)) {
    const account = new Account(origin, name);
    await account.register({ gender });
    people[name] = await account.login();
  }
  const lobby = await people.alice.room('lobby');
  for (const [name, text] of LOBBY) await people[name].post(lobby.id, text);
  const { messages } = await people.alice.call('GET', `/rooms/${lobby.id}/messages`);
  await people.carol.call('POST', `/rooms/${lobby.id}/messages`, {
    client_id: crypto.randomUUID(),
    body: 'Forty, I counted them',
    reply_to: messages[1].id,
  });
  const { room } = await people.alice.call('PUT', `/direct/${people.bob.id}`);
  for (const [name, text] of PRIVATE) await people[name].post(room.id, text);
  const garden = await people.alice.createRoom('garden');
  await people.alice.post(garden.id, 'Watering plan for July');
  await people.bob.call('PUT', `/rooms/${garden.id}/members/${people.bob.id}`);
  return people;
}

/** Takes the pictures of one size and scheme, with Bob at his own desk. */
async function photograph(browser, { origin, bob }, directory, size, colorScheme) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, reducedMotion: 'reduce' });
  const alice = await Person.enter(context, origin, 'alice');
  const picture = async (name) => {
    await alice.page.evaluate(() => document.fonts.ready);
    await alice.page.screenshot({ path: join(directory, `${name}.${size}.${colorScheme}.png`) });
  };

  await alice.opens('/register');
  await alice.page.locator('form').waitFor();
  await picture('register');
  await alice.fillsRegistration({ password: 'password' });
  await alice.submits();
  await alice.seesFieldError('Password');
  await picture('register-wrong');
  await alice.opens('/login');
  await alice.page.locator('form').waitFor();
  await picture('login');
  await alice.login();
  await alice.isIn('lobby');
  await alice.sees(LOBBY.at(-1)[1]);
  await alice.page.mouse.move(0, 0);
  await picture('chat');
  await photographStates(alice, picture);
  await alice.opens(`/people/${bob.id}`);
  await alice.sees(PRIVATE.at(-1)[1]);
  await picture('private');
  for (const [name, path] of [['settings', '/rooms/garden/settings'], ['browse', '/browse'], ['account', '/account']]) {
    await alice.opens(path);
    await alice.page.getByRole('heading').first().waitFor();
    await alice.page.waitForLoadState('networkidle');
    await picture(name);
  }
  await alice.opens('/rooms');
  await alice.link('lobby').waitFor();
  await picture('rooms');
  await alice.opens('/rooms/nowhere');
  await alice.page.waitForLoadState('networkidle');
  await picture('no-such-room');
  await alice.opens('/nothing-here');
  await alice.page.getByRole('heading').first().waitFor();
  await picture('not-found');
  await context.close();
}

/** What one sees for a moment only. */
async function photographStates(alice, picture) {
  const { page } = alice;
  await (await alice.menu('Also the long table.')).waitFor();
  await picture('menu');
  await alice.chooses('Also the long table.', 'Answer message');
  await page.getByRole('group', { name: 'Your answer' }).waitFor();
  await picture('answer');
  await page.getByTestId('composer-input').press('Escape');
  await page.getByTestId('composer-input').press('ArrowUp');
  await page.getByLabel('Edit message').waitFor();
  await picture('edit');
  await page.getByLabel('Edit message').press('Escape');
  await alice.deletes('All forty of them?');
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await picture('undo');
  await page.getByRole('button', { name: 'Undo' }).click();
  for (const [keys, name] of [['Control+k', 'switcher'], ['Control+/', 'shortcuts']]) {
    await page.keyboard.press(keys);
    await page.getByRole('dialog').waitFor();
    await picture(name);
    await page.keyboard.press('Escape');
  }
}

const directory = process.argv[2];
if (!directory) throw new Error('name a directory for the pictures');
await mkdir(directory, { recursive: true });
const server = await Parlor.start();
const browser = await launch();
try {
  const scene = { origin: server.origin, ...(await setScene(server.origin)) };
  const bob = await Person.enter(await browser.newContext(), server.origin, 'bob');
  await bob.login();
  await bob.isIn('lobby');
  for (const size of Object.keys(SIZES)) {
    for (const scheme of SCHEMES) await photograph(browser, scene, directory, size, scheme);
  }
  console.log(`pictures are in ${directory}`);
} finally {
  await browser.close();
  await server.remove();
}
