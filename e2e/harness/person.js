// Somebody in front of a page. What they do is a verb; what a page must offer for it (labels, test ids)
// stands in this file and its neighbors talking.js, messages.js, company.js and rooms.js, and in no spec.

import { PASSWORD } from './api.js';
import { company } from './company.js';
import { keeping } from './keeping.js';
import { messages } from './messages.js';
import { reference } from './reference.js';
import { rooms } from './rooms.js';
import { talking } from './talking.js';

const PATIENCE_MS = 15_000;

export class Person {
  /** What the browser's console said. */
  console = [];
  /** Panics and refusals by the Content-Security-Policy: never part of a promise. */
  broken = [];

  static async enter(context, origin, name) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    return new Person(context, page, origin, name);
  }

  constructor(context, page, origin, name) {
    Object.assign(this, { context, page, origin, name });
    page.on('console', (message) => {
      this.console.push(`${message.type()}: ${message.text()}`);
      if (/Content.Security.Policy|panicked at/i.test(message.text())) this.broken.push(message.text());
    });
    page.on('pageerror', (error) => this.broken.push(String(error)));
  }

  async opens(path) {
    await this.page.goto(this.origin + path);
  }

  async reloads() {
    await this.page.reload();
  }

  async leaves() {
    await this.page.close();
  }

  async isAt(path) {
    await this.page.waitForURL((url) => url.pathname === path);
  }

  /** Registers by the form and waits for the lobby. */
  async register(details = {}) {
    await this.opens('/register');
    await this.fillsRegistration(details);
    await this.submits();
    await this.isIn('lobby');
  }

  async fillsRegistration({ username = this.name, email = `${this.name}@example.org`, password = PASSWORD, gender } = {}) {
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    if (gender) await this.page.getByRole('group', { name: 'Gender' }).getByText(gender, { exact: true }).click();
  }

  /** Logs in by the form, on the page that asks for it or on /login itself. */
  async login({ password = PASSWORD } = {}) {
    if (!this.page.url().includes('/login')) await this.opens('/login');
    await this.page.getByLabel('Username').fill(this.name);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.submits();
  }

  invitationField() {
    return this.page.getByLabel('Invitation', { exact: true });
  }

  async submits() {
    await this.page.getByRole('button', { name: /^(log in|create account)$/i }).click();
  }

  /** The form told `what` (any complaint by default) at the field of that label. */
  async seesFieldError(label, what = /./) {
    const field = this.page.getByLabel(label, { exact: typeof label === 'string' });
    await field.and(this.page.locator('[aria-invalid=true]')).waitFor();
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    const notes = described.split(' ').map((id) => `[id="${id}"]`).join(',');
    await this.page.locator(notes).filter({ hasText: what }).first().waitFor();
  }

  async logout() {
    await this.page.getByTestId('logout').click();
  }

  /** Pulls the cable: no request, no socket. */
  async goOffline(wire) {
    await this.context.setOffline(true);
    wire.cut();
  }

  async goOnline(wire) {
    wire.mend();
    await this.context.setOffline(false);
  }
}

Object.assign(Person.prototype, talking, messages, company, rooms, reference, keeping);
