// What people do with single messages. Mixed into Person.

export const messages = {
  /** The menu of a message, which is there while a pointer or the focus is. */
  async menu(text) {
    // One that is on its way has none yet, and will be another row.
    const message = this.message(text).and(this.page.locator('[data-seq]'));
    await message.hover();
    return message.getByRole('group', { name: 'What to do with this message' });
  },

  /** Presses a button of the message's menu: Answer message, Copy link, Edit message, Delete message. */
  async chooses(text, name) {
    await (await this.menu(text)).getByRole('button', { name }).click();
  },

  async answers(text, words) {
    await this.chooses(text, 'Answer message');
    await this.page.getByRole('group', { name: 'Your answer' }).waitFor();
    await this.say(words);
  },

  /** Waits until what is being written answers that message. */
  async isAnswering(text) {
    await this.page.getByRole('group', { name: 'Your answer' }).filter({ hasText: text }).waitFor();
  },

  async deletes(text) {
    await this.chooses(text, 'Delete message');
  },

  /** What a message quotes. */
  quote(text) {
    return this.message(text).getByTestId('quote');
  },

  /** Copies the message's link and tells what the clipboard then holds. */
  async copiesLink(text) {
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const menu = await this.menu(text);
    await menu.getByRole('button', { name: 'Copy link' }).click();
    await menu.getByRole('button', { name: 'Link copied' }).waitFor();
    return this.page.evaluate(() => navigator.clipboard.readText());
  },

  /** Waits until the message is within what the log shows. */
  async hasInView(text) {
    await this.page.waitForFunction((text) => {
      const view = document.querySelector('[role=region]')?.getBoundingClientRect();
      return [...document.querySelectorAll('[data-testid=message-body]')].some((body) => {
        const box = body.getBoundingClientRect();
        return body.textContent.trim() === text && box.top >= view.top && box.bottom <= view.bottom;
      });
    }, text);
  },

  /** What has the focus, by role and name; the empty text where nothing has. */
  focused() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element === document.body ? '' : (element.getAttribute('aria-label') ?? element.textContent);
    });
  },
};
