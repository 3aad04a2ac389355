// What people do with rooms. Mixed into Person.

export const rooms = {
  link(room) {
    return this.page.locator(`[data-testid=room-link][data-room="${room}"]`);
  },

  async goesTo(room) {
    await this.link(room).click();
    await this.isAt(`/rooms/${room}`);
    await this.canTalk();
  },

  async createsRoom(name, { isPrivate = false } = {}) {
    await this.opens('/browse');
    await this.page.getByLabel(/name/i).first().fill(name);
    if (isPrivate) await this.page.getByLabel(/private/i).check();
    await this.page.getByRole('button', { name: /create/i }).click();
    await this.canTalk();
  },

  async joins(name) {
    await this.opens('/browse');
    await this.page.getByLabel(/search|find|join/i).first().fill(name);
    await this.page.getByRole('button', { name: /join/i }).first().click();
    await this.isAt(`/rooms/${name}`);
    await this.canTalk();
  },

  async changesTopic(topic) {
    await this.page.getByLabel(/topic/i).fill(topic);
    await this.page.getByRole('button', { name: /save/i }).click();
  },

  async invites(room, username) {
    await this.opens(`/rooms/${room}/settings`);
    await this.page.getByLabel(/invite/i).fill(username);
    await this.page.getByRole('button', { name: /invite/i }).click();
  },

  /** Narrows the list of conversations. */
  async showsOnly(span) {
    await this.page.getByLabel(/show|active/i).selectOption({ label: span });
  },

  /** From the room to the list, where they are two screens. */
  async goesBackToTheList() {
    await this.page.getByRole('link', { name: /back/i }).click();
  },
};
