import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';

import { compose, read } from '../harness/image.js';

const { services, networks, volumes } = compose();
const { parlor, mongo } = services;

test('the Compose file conforms to the specification, and one that does not is refused', () => {
  const text = read('docker-compose.yml');
  for (const [right, wrong] of [
    ['depends_on:', 'depend_on:'],
    ['condition: service_healthy', 'condition: healthy'],
    ['internal: true', 'internal: [true]'],
    ['required: false', 'requird: false'],
    ['restart: unless-stopped', 'restart: [always]'],
    ['parlor-data:\n  mongo-data:', 'parlor-data: 3\n  mongo-data:'],
  ]) {
    assert.ok(text.includes(right), right);
    assert.throws(() => compose(text.replace(right, wrong)), /no Compose file/, wrong);
  }
});

test('every name that a service uses is declared, and every declared one is used', () => {
  const used = (key) => new Set(Object.values(services).flatMap((service) => service[key] ?? []));
  const named = new Set([...used('volumes')].map((volume) => volume.split(':')[0]));
  assert.deepEqual([...named].sort(), Object.keys(volumes).sort(), 'only named volumes');
  assert.deepEqual([...used('networks')].sort(), Object.keys(networks).sort());
  for (const service of Object.keys(parlor.depends_on)) assert.ok(services[service], service);
});

test('nobody reaches the database but Parlor', () => {
  assert.equal(mongo.ports, undefined, 'no published port');
  assert.equal(mongo.network_mode, undefined);
  assert.deepEqual(mongo.networks, ['back']);
  assert.equal(networks.back.internal, true);
  const neighbors = Object.keys(services).filter((name) => services[name].networks.includes('back'));
  assert.deepEqual(neighbors, ['parlor', 'mongo']);
});

test('Parlor is published on this machine only, unless somebody says otherwise', () => {
  assert.deepEqual(parlor.ports, ['127.0.0.1:8080:8080']);
  const everywhere = compose(undefined, { PUBLISH: '0.0.0.0:80' });
  assert.deepEqual(everywhere.services.parlor.ports, ['0.0.0.0:80:8080']);
});

test('no secret stands in the files, and the one that may hold some is ignored', () => {
  for (const file of ['docker-compose.yml', '.env.example', 'Dockerfile']) {
    assert.doesNotMatch(read(file), /(passw\w*|secret|token|key\w*)\s*[:=]\s*\S/i, file);
    assert.doesNotMatch(read(file), /:\/\/[^/\s]*@/, `${file}: an address with a login in it`);
  }
  assert.ok(read('.gitignore').split('\n').includes('/.env'));
  assert.ok(read('.dockerignore').split('\n').includes('.env'));
});

test('the database is of a pinned line, restarts, keeps its data and says how it is', () => {
  assert.match(mongo.image, /^mongo:\d+\.\d+(\.\d+)?$/);
  const kept = mongo.volumes.map((volume) => volume.split(':')[1]);
  assert.deepEqual(kept, ['/data/db', '/data/configdb'], 'all that its image declares');
  assert.ok(mongo.healthcheck);
  assert.equal(parlor.depends_on.mongo.condition, 'service_healthy');
  for (const service of [parlor, mongo]) assert.equal(service.restart, 'unless-stopped');
});

test('Parlor speaks to the replica set that the database makes', () => {
  const url = new URL(parlor.environment.PARLOR_STORE_URL);
  const set = mongo.command[mongo.command.indexOf('--replSet') + 1];
  assert.equal(url.searchParams.get('replicaSet'), set);
  const { initiated } = check({ state: 'new' });
  assert.equal(initiated._id, set);
  assert.deepEqual(initiated.members, [{ _id: 0, host: url.host }]);
  assert.ok(services[url.hostname]);
});

test('the check makes the replica set once, and is content with a primary only', () => {
  assert.equal(check({ state: 'new' }).exit, 1, 'asked again until it is primary');
  assert.deepEqual(check({ state: 'secondary' }), { exit: 1, initiated: undefined });
  assert.deepEqual(check({ state: 'primary' }), { exit: 0, initiated: undefined });
  assert.throws(() => check({ state: 'broken' }), /Unauthorized/);
});

/** Runs the health check's script against a server of which only these answers are made up. */
function check({ state }) {
  const [command, shell, quiet, flag, script, ...more] = mongo.healthcheck.test;
  assert.deepEqual([command, shell, quiet, flag, more], ['CMD', 'mongosh', '--quiet', '--eval', []]);
  const result = { exit: undefined, initiated: undefined };
  const refuse = (codeName) => {
    throw Object.assign(new Error(codeName), { codeName });
  };
  vm.runInNewContext(script, {
    rs: {
      status: () => {
        if (state === 'new') refuse('NotYetInitialized');
        if (state === 'broken') refuse('Unauthorized');
      },
      initiate: (config) => (result.initiated = JSON.parse(JSON.stringify(config))),
    },
    db: { hello: () => ({ isWritablePrimary: state === 'primary' }) },
    quit: (code) => (result.exit = code),
  });
  return result;
}
