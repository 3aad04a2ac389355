// What people do with rooms. Mixed into Person.

export const rooms = {
  /** The line of that title in the list of rooms and conversations. */
  link(title) {
    const titled = this.page.getByText(new RegExp(`^${title}$`, 'i'));
    return this.page.getByTestId('room-link').filter({ has: titled });
  },

  async goesTo(title) {
    await this.link(title).getByRole('link').click();
    await this.isIn(title);
  },

  async createsRoom(name, { isPrivate = false } = {}) {
    await this.opens('/browse');
    await this.page.getByLabel(/name/i).first().fill(name);
    if (isPrivate) await this.page.getByLabel(/private/i).check();
    await this.page.getByRole('button', { name: /create|start/i }).click();
    await this.isIn(name);
  },

  /** By the room's address, which is its name. */
  async joins(name) {
    await this.opens(`/rooms/${name}`);
    await this.page.getByRole('button', { name: 'Join the room' }).click();
    await this.isIn(name);
  },

  async opensSettings() {
    await this.page.getByRole('link', { name: 'Room settings' }).click();
    await this.page.waitForURL(/\/settings$/);
  },

  /** The path of the room whose page or settings they look at. */
  async roomAddress() {
    return new URL(this.page.url()).pathname.replace(/\/settings$/, '');
  },

  async changesTopic(topic) {
    await this.page.getByLabel(/topic/i).fill(topic);
    await this.page.getByRole('button', { name: /save/i }).click();
  },

  async invites(username) {
    await this.page.getByLabel(/invite/i).fill(username);
    await this.page.getByRole('button', { name: /invite/i }).click();
  },

  async makesAdmin(username) {
    await this.page.getByRole('button', { name: `Make admin ${username}` }).click();
  },

  async removes(username) {
    await this.page.getByRole('button', { name: `Remove ${username}` }).click();
  },

  /** Narrows the list of conversations: All, Active today, Last hour. */
  async showsOnly(span) {
    await this.page.getByRole('group', { name: 'Which rooms to show' }).getByText(span, { exact: true }).click();
  },

  /** From the room to the list, where they are two screens. */
  async goesBackToTheList() {
    await this.page.getByRole('link', { name: 'Back to the list' }).click();
  },
};
