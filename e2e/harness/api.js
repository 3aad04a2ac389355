// Parlor's REST API as a stranger sees it, to set a scene without clicking through it.

export const PASSWORD = 'tangerine-kettle-orbit-42';

/** Someone who speaks HTTP instead of using the page. */
export class Account {
  constructor(origin, username) {
    this.origin = origin;
    this.username = username;
  }

  async register({ gender = 'unspecified' } = {}) {
    const { user } = await this.call('POST', '/users', {
      username: this.username,
      email: `${this.username}@example.org`,
      password: PASSWORD,
      gender,
    });
    this.id = user.id;
    return this;
  }

  async login() {
    const session = await this.call('POST', '/sessions', {
      username: this.username,
      password: PASSWORD,
    });
    this.token = session.access_token;
    this.id = session.user.id;
    return this;
  }

  /** The room of that name, if one may see it. */
  async room(name) {
    return (await this.call('GET', `/rooms/${name}`)).room;
  }

  async createRoom(name, visibility = 'public') {
    return (await this.call('POST', '/rooms', { name, visibility })).room;
  }

  async post(room, body) {
    const client_id = crypto.randomUUID();
    return (await this.call('POST', `/rooms/${room}/messages`, { client_id, body })).message;
  }

  /** Answers the parsed body; anything but success is an error with the server's words. */
  async call(method, path, body) {
    const answer = await this.fetch(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  fetch(method, path, body) {
    return fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
  }
}
