// What somebody does who writes a program: reads the API's document and tries it. Mixed into Person.

export const reference = {
  /** Leaves of the document only what these words are about. */
  async looksUp(words) {
    await this.page.getByLabel('Find').fill(words);
  },

  async showsToken(token) {
    await this.page.getByLabel('Access token').fill(token);
  },

  /** The routes that are shown, by their ids. */
  async shownRoutes() {
    await this.page.locator('.operation').first().waitFor({ state: 'attached' });
    return this.page.locator('.operation:not([hidden])').evaluateAll((routes) => routes.map((route) => route.id));
  },

  async unfolds(route) {
    await this.page.locator(`#${route} > summary`).click();
    return this.page.locator(`#${route}`);
  },

  /** Fills in and sends; what was answered. */
  async tries(route, { body, ...parameters }) {
    const sheet = this.page.locator(`#${route} form`);
    for (const [name, value] of Object.entries(parameters)) await sheet.getByLabel(name, { exact: true }).fill(value);
    if (body) await sheet.getByLabel('Body').fill(JSON.stringify(body));
    await sheet.getByRole('button', { name: 'Send' }).click();
    const answer = sheet.locator('pre').filter({ hasText: /^\d{3} / });
    await answer.waitFor();
    return answer.innerText();
  },
};
