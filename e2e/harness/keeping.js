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

  async isKept(text) {
    await this.hasKept('outbox/', text);
  },

  async hasKeptDraft(text) {
    await this.hasKept('draft/', text);
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

  async doubles() {
    return this.page.evaluate(() => [...window.doubles]);
  },
};
