// The files that make an image and run it, read as Docker and Compose read them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Ajv } from 'ajv';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const read = (path) => readFileSync(`${ROOT}/${path}`, 'utf8');

// The Compose Specification's schema, as the linter's package carries it.
const SCHEMA = JSON.parse(read('e2e/node_modules/dclint/schemas/compose.schema.json'));
// Formats that only Compose knows; what ours has of them is asserted in the spec.
const formats = { duration: true, expose: true, ports: true, subnet_ip_address: true };
const conforms = new Ajv({ strict: false, allErrors: true, validateSchema: false, formats }).compile({
  ...SCHEMA,
  $schema: undefined,
});

/** The Compose file with `${NAME:-default}` resolved. Throws where YAML or the schema says no. */
export function compose(text = read('docker-compose.yml'), variables = {}) {
  const resolved = text.replace(/\$(?:\{(\w+):-([^}]*)\}|(.?))/g, (all, name, otherwise) => {
    if (name === undefined) throw new Error(`${all}: only \${NAME:-default} is understood here`);
    return variables[name] || otherwise;
  });
  const file = parse(resolved, { strict: true, uniqueKeys: true });
  if (!conforms(file)) {
    const complaints = conforms.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`no Compose file:\n${complaints.join('\n')}`);
  }
  return file;
}

/** The Dockerfile's stages: `{ from, instructions: [{ name, value }] }`, in order. */
export function dockerfile(text = read('Dockerfile')) {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const stages = [];
  for (const line of lines) {
    const [, name, value] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    if (!name) throw new Error(`no instruction: ${line}`);
    if (name === 'FROM') stages.push({ from: value, instructions: [] });
    else stages.at(-1).instructions.push({ name, value });
  }
  return stages;
}

/** A stage's only instruction of that name, else `undefined`; twice is an error. */
export function only(stage, name) {
  const found = stage.instructions.filter((instruction) => instruction.name === name);
  if (found.length > 1) throw new Error(`${name} is there ${found.length} times`);
  return found[0]?.value;
}

/** `A=b C=d` as an object. */
export const pairs = (value) => Object.fromEntries(value.split(/\s+/).map((pair) => pair.split('=')));

/** The names that an environment file sets, those behind `#` included. */
export const offered = (text) => [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
