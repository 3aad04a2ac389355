// What people see of each other. Mixed into Person.

const named = (username) => `[data-testid=person][data-user="${username}"]`;

export const company = {
  entry(username) {
    return this.page.locator(named(username)).first();
  },

  async seesPresence(username, presence) {
    await this.page.locator(`${named(username)}[data-presence=${presence}]`).first().waitFor();
  },

  /** Nobody of that name is shown as online. */
  async seesNobodyOnline(username) {
    await this.page.locator(`${named(username)}[data-presence=online]`).first().waitFor({ state: 'detached' });
  },

  /** Which picture stands beside a name: female, male, other, unspecified. */
  async picture(username) {
    return this.entry(username).locator('[data-gender]').first().getAttribute('data-gender');
  },

  async seesNotice(pattern) {
    await this.page.getByTestId('notice').filter({ hasText: pattern }).first().waitFor();
  },

  async writesTo(username) {
    await this.entry(username).click();
    await this.isIn(username);
  },
};
