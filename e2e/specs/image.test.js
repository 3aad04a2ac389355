import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { ROOT, compose, dockerfile, offered, only, pairs, read } from '../harness/image.js';
import { Parlor } from '../harness/parlor.js';

const [build, final, ...more] = dockerfile();
const { parlor } = compose().services;
const image = pairs(only(final, 'ENV'));

const help = (...args) => execFileSync(process.env.PARLOR_BIN, [...args, '--help'], { encoding: 'utf8' });

test('it is built by the pinned compiler and runs on the same Debian', () => {
  assert.deepEqual(more, []);
  const [, channel] = /channel = "([^"]+)"/.exec(read('rust-toolchain.toml'));
  const [, version, debian] = /^rust:([\d.]+)-slim-(\w+) AS build$/.exec(build.from) ?? [];
  assert.equal(version, channel);
  // A newer Debian's C library would be missing in an older one.
  assert.equal(final.from, `debian:${debian}-slim`);
});

test('everything that the build copies is there', () => {
  assert.equal(only(build, 'COPY'), '. .');
  const [, members] = /members = \[([^\]]+)\]/.exec(read('Cargo.toml'));
  const needed = ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml', 'rust-toolchain.toml', ...JSON.parse(`[${members}]`)];
  const ignored = read('.dockerignore').split('\n').map((line) => line.replace(/^\//, ''));
  for (const path of needed) {
    assert.ok(existsSync(`${ROOT}/${path}`), path);
    assert.ok(!ignored.includes(path.split('/')[0]), `.dockerignore leaves out ${path}`);
  }
  const [, task, built, placed] =
    /cargo xtask (\w+) && cp (\S+) (\S+)$/.exec(only(build, 'RUN')) ?? [];
  assert.match(execFileSync('cargo', ['xtask', '--help'], { cwd: ROOT, encoding: 'utf8' }), new RegExp(`^  ${task} `, 'm'));
  assert.equal(built, 'target/release/parlor');
  assert.equal(only(final, 'COPY'), `--from=build ${placed} /usr/local/bin/parlor`);
});

test('it does not run as root, and may write where its data is and nowhere else', () => {
  const user = only(final, 'USER');
  assert.notEqual(user, 'root');
  const setUp = only(final, 'RUN');
  assert.match(setUp, new RegExp(`useradd --uid [1-9]\\d+ .*${user}`));
  const data = image.PARLOR_DATA_DIR;
  assert.ok(setUp.includes(`install --directory --owner=${user} --group=${user} --mode=0700 ${data}`));
  assert.equal(only(final, 'VOLUME'), data);
  assert.deepEqual(parlor.volumes, [`parlor-data:${data}`]);
  assert.equal(parlor.read_only, true);
  assert.equal(parlor.user, undefined, 'the image names the user');
  assert.deepEqual(parlor.cap_drop, ['ALL']);
});

test('every setting and command it names is one of the binary', () => {
  assert.equal(only(final, 'ENTRYPOINT'), '["parlor"]');
  const [command, ...flags] = JSON.parse(only(final, 'CMD'));
  assert.match(help(), new RegExp(`^  ${command} `, 'm'));
  const settings = help('serve');
  for (const flag of flags.filter((word) => word.startsWith('-'))) assert.ok(settings.includes(`${flag} `), flag);
  const [publish, ...ours] = offered(read('.env.example'));
  assert.equal(publish, 'PUBLISH');
  for (const name of [...Object.keys(image), ...Object.keys(parlor.environment), ...ours]) {
    // The value of one that may hold a password is not shown.
    assert.match(settings, new RegExp(`\\[env: ${name}[=\\]]`), `${name} is no setting of parlor serve`);
  }
});

test('it listens where it is published, exposed and checked', () => {
  const port = parlor.ports[0].split(':').at(-1);
  assert.equal(image.PARLOR_LISTEN, `0.0.0.0:${port}`);
  assert.equal(only(final, 'EXPOSE'), port);
  assert.ok(only(final, 'HEALTHCHECK').includes(`/127.0.0.1/${port} `));
});

test('the health check says yes to a server that is ready and no to none', { timeout: 60_000 }, async () => {
  const server = await Parlor.start();
  const check = (port) => {
    const [program, ...args] = JSON.parse(/CMD (\[.*\])$/.exec(only(final, 'HEALTHCHECK'))[1]);
    const asked = args.map((arg) => arg.replace('/127.0.0.1/8080', `/127.0.0.1/${port}`));
    return spawnSync(program, asked, { timeout: 10_000, encoding: 'utf8' });
  };
  try {
    const yes = check(server.port);
    assert.equal(yes.status, 0, yes.stderr);
    await server.kill();
    assert.equal(check(server.port).status, 1);
  } finally {
    await server.remove();
  }
});
