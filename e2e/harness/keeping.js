// What a browser keeps for somebody, as its own tools would show it. Mixed into Person.

import assert from 'node:assert/strict';

const PATIENCE_MS = 15_000;

/** All texts of the page's database, by key. */
function kept() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('parlor');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('texts');
      const store = transaction.objectStore('texts');
      const [keys, texts] = [store.getAllKeys(), store.getAll()];
      transaction.onerror = () => reject(transaction.error);
      transaction.oncomplete = () => {
        database.close();
        resolve(Object.fromEntries(keys.result.map((key, index) => [key, texts.result[index]])));
      };
    };
  });
}

export const keeping = {
  /** What is in the database now. */
  async kept() {
    return this.page.evaluate(kept);
  },

  /** Waits until something under a key with that beginning holds the text, on disk. */
  async hasKept(prefix, text) {
    const end = Date.now() + PATIENCE_MS;
    let all = {};
    while (Date.now() < end) {
      all = await this.kept();
      if (Object.entries(all).some(([key, kept]) => key.startsWith(prefix) && kept.includes(text))) return;
    }
    assert.fail(`${this.name} has no ${prefix}… with "${text}": ${JSON.stringify(all)}`);
  },

  /** Waits until nothing is kept under keys with that beginning. */
  async hasForgotten(prefix) {
    const end = Date.now() + PATIENCE_MS;
    let left = [];
    while (Date.now() < end) {
      left = Object.keys(await this.kept()).filter((key) => key.startsWith(prefix));
      if (left.length === 0) return;
    }
    assert.fail(`${this.name} still has ${left}`);
  },

  /** The session of this tab. */
  async session() {
    return this.page.evaluate(() => sessionStorage.getItem('parlor.session'));
  },

  /** Waits until the page itself would open without a server. */
  async isKeptAsAPage() {
    await this.page.evaluate(async () => (await navigator.serviceWorker.ready).active);
    await this.page.waitForFunction(async () => (await caches.match('/')) !== undefined && !!navigator.serviceWorker.controller);
  },

  /** The paths of all that the worker keeps. */
  async keptFiles() {
    return this.page.evaluate(async () => {
      const paths = [];
      for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
      }
      return paths;
    });
  },

  async takesTheNewVersion() {
    await this.page.getByTestId('new-version').getByRole('button', { name: 'Reload' }).click();
    await this.page.getByTestId('new-version').waitFor({ state: 'detached' });
  },

  async isKept(text) {
    await this.hasKept('outbox/', text);
  },

  async hasKeptDraft(text) {
    await this.hasKept('draft/', text);
  },

  /** Waits until exactly these texts are shown as written for rooms that one is not in. */
  async hasStranded(...texts) {
    const stranded = this.page.getByTestId('stranded');
    for (const text of texts) await stranded.getByText(text, { exact: true }).waitFor();
    await stranded.nth(texts.length).waitFor({ state: 'detached' });
  },

  strandedLine(text) {
    return this.page.getByRole('region', { name: 'Not sent' }).getByRole('listitem').filter({ hasText: text });
  },

  /** Copies it and tells what the clipboard then holds. */
  async copiesStranded(text) {
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.strandedLine(text).getByRole('button', { name: 'Copy text' }).click();
    await this.strandedLine(text).getByRole('button', { name: 'Text copied' }).waitFor();
    return this.page.evaluate(() => navigator.clipboard.readText());
  },

  async discardsStranded(text) {
    await this.strandedLine(text).getByRole('button', { name: 'Discard' }).click();
  },

  async types(text) {
    await this.page.getByTestId('composer-input').fill(text);
  },

  async draft() {
    return this.page.getByTestId('composer-input').inputValue();
  },

  /** From now on every text that stands twice in the log, be it for one frame, is noted. */
  async watchesForDoubles() {
    await this.page.evaluate(() => {
      window.doubles = new Set();
      const look = () => {
        const texts = [...document.querySelectorAll('[data-testid=message-body]')].map((body) => body.innerText.trim());
        texts.filter((text, index) => texts.indexOf(text) !== index).forEach((text) => window.doubles.add(text));
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  },

  /** From now on notes when the banner says what. */
  async watchesTheBanner() {
    await this.page.evaluate(() => {
      window.banners = [];
      const look = () => {
        const text = document.querySelector('[data-testid=banner]')?.innerText;
        if (text && text !== window.banners.at(-1)?.text) window.banners.push({ text, at: performance.now() });
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  },

  async banners() {
    return this.page.evaluate(() => window.banners);
  },

  async seesBanner(pattern) {
    await this.page.getByTestId('banner').filter({ hasText: pattern }).waitFor();
  },

  async seesNoBanner() {
    await this.page.getByTestId('banner').waitFor({ state: 'detached' });
  },

  async seesComposerNote(pattern) {
    await this.page.locator('form').getByRole('status').filter({ hasText: pattern }).waitFor();
  },

  async doubles() {
    return this.page.evaluate(() => [...window.doubles]);
  },
};
