// What people do in a conversation. Mixed into Person.

import assert from 'node:assert/strict';

export const talking = {
  async canTalk() {
    await this.page.getByTestId('composer-input').waitFor();
  },

  /** Waits until the room of that title, or the conversation with that person, is open. */
  async isIn(title) {
    await this.page.getByRole('heading', { level: 1, name: new RegExp(`^${title}$`, 'i') }).waitFor();
    await this.canTalk();
  },

  /** By Enter; on a touch screen Enter breaks the line, so by the button. */
  async say(text) {
    const box = this.page.getByTestId('composer-input');
    await box.fill(text);
    const hasTouch = await this.page.evaluate(() => matchMedia('(pointer: coarse)').matches);
    await (hasTouch ? this.page.getByTestId('composer-send').click() : box.press('Enter'));
  },

  message(text) {
    return this.page.getByTestId('message').filter({
      has: this.page.getByTestId('message-body').getByText(text, { exact: true }),
    });
  },

  async sees(text) {
    await this.message(text).first().waitFor();
  },

  async seesOnce(text) {
    await this.sees(text);
    assert.equal(await this.message(text).count(), 1, `${this.name} sees "${text}" more than once`);
  },

  /** Only means something after they saw something that came later. */
  async doesNotSee(text) {
    assert.equal(await this.message(text).count(), 0, `${this.name} sees "${text}"`);
  },

  /** Waits until the message is shown as their own. */
  async isMine(text) {
    await this.message(text).and(this.page.locator('[data-mine=true]')).waitFor();
  },

  /** Waits until their own message is in one of the states waiting, sending, sent, delivered, read, failed. */
  async hasMessage(text, ...states) {
    const inState = states.map((state) => `[data-state=${state}]`).join(',');
    await this.message(text).and(this.page.locator(inState)).waitFor();
  },

  /** The bodies on the page, from top to bottom. */
  async transcript() {
    const bodies = await this.page.getByTestId('message-body').allInnerTexts();
    return bodies.map((body) => body.trim());
  },

  /** Scrolls towards the beginning, page by page as it loads, until `text` is there. */
  async scrollsUpTo(text) {
    const first = this.page.getByTestId('message').first();
    while ((await this.message(text).count()) === 0) {
      const before = await first.getAttribute('data-seq');
      await first.scrollIntoViewIfNeeded();
      await this.page.mouse.wheel(0, -2000);
      // The page may have come before its first line was noted: then the text is there already.
      await this.page.waitForFunction(
        ([seq, wanted]) =>
          document.querySelector('[data-testid=message]').dataset.seq !== seq ||
          [...document.querySelectorAll('[data-testid=message-body]')].some(
            (body) => body.innerText.trim() === wanted,
          ),
        [before, text],
      );
    }
  },
};
