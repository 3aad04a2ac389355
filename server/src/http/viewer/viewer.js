// Shows the API's document, and sends what is filled in. Everything from the document becomes
// text, never markup.
import { element, fields, prose, sample, typeOf } from '/api/docs/schema.js';

const find = document.getElementById('find');
const token = document.getElementById('token');
const main = document.getElementById('main');

/** One HTTP method of one path, folded. */
function operationOf(api, path, method, operation) {
  const inside = element('div', 'operation__inside');
  const folded = element('details', 'operation', [
    element('summary', '', [
      element('span', `method method--${method}`, method),
      element('span', 'path', path),
      element('span', 'faint', operation.summary),
    ]),
    inside,
  ]);
  folded.id = operation.operationId;
  folded.dataset.words = `${method} ${path} ${operation.description}`.toLowerCase();
  folded.addEventListener('toggle', () => {
    // Filled when first opened: most are never looked at.
    if (folded.open && !inside.hasChildNodes()) inside.append(...detailsOf(api, path, method, operation));
  });
  return folded;
}

function detailsOf(api, path, method, operation) {
  const parts = [element('p', '', prose(operation.description)), element('p', 'faint', whoMay(operation))];
  const parameters = operation.parameters ?? [];
  if (parameters.length > 0) {
    parts.push(element('h3', '', 'Parameters'));
    parts.push(element('ul', 'fields', parameters.map((parameter) => element('li', '', [
      element('code', '', parameter.name),
      ` ${typeOf(api, parameter.schema)}, in the ${parameter.in}${parameter.required ? '' : ', optional'}. `,
      ...prose(parameter.description),
    ]))));
  }
  const body = operation.requestBody?.content['application/json'].schema;
  if (body) parts.push(element('h3', '', `Body: ${typeOf(api, body)}`), fields(api, body));
  parts.push(element('h3', '', 'Answers'), element('ul', 'fields', Object.entries(operation.responses)
    .map(([status, answer]) => answerOf(api, status, answer))));
  parts.push(sheetOf(api, path, method, operation, parameters, body));
  return parts;
}

function whoMay({ security }) {
  const ways = security.map((way) => Object.keys(way)[0]);
  return ways.length > 0 ? `Needs: ${ways.join(' or ')}.` : 'Needs nobody to be logged in.';
}

function answerOf(api, status, answer) {
  const known = answer.$ref ? api.components.responses[answer.$ref.split('/').pop()] : answer;
  const content = Object.values(known.content ?? {})[0];
  const line = element('li', '', [element('code', '', status), ' ', ...prose(known.description)]);
  if (content && !answer.$ref) line.append(fields(api, content.schema));
  return line;
}

/** What can be filled in and sent. */
function sheetOf(api, path, method, operation, parameters, body) {
  const inputs = parameters.map((parameter) => {
    const input = element('input');
    return [parameter, input, element('label', '', [parameter.name, input])];
  });
  const text = element('textarea');
  if (body) text.value = JSON.stringify(sample(api, body), null, 2);
  const answer = element('pre');
  answer.hidden = true;
  const sheet = element('form', 'sheet', [
    ...inputs.map(([, , label]) => label),
    ...(body ? [element('label', '', ['Body', text])] : []),
    element('button', '', 'Send'),
    answer,
  ]);
  sheet.addEventListener('submit', async (event) => {
    event.preventDefault();
    answer.hidden = false;
    answer.textContent = 'Sending…';
    answer.textContent = await send(path, method, inputs, body && text.value, operation);
  });
  return sheet;
}

async function send(path, method, inputs, body, operation) {
  const url = new URL(path, location.origin);
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (parameter.in === 'path') {
      url.pathname = url.pathname.replace(`%7B${parameter.name}%7D`, encodeURIComponent(value));
    } else if (value) {
      url.searchParams.set(parameter.name, value);
    }
  }
  const headers = {};
  if (body) headers['content-type'] = 'application/json';
  if (token.value && operation.security.length > 0) headers.authorization = `Bearer ${token.value.trim()}`;
  try {
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: body || undefined });
    return `${response.status} ${response.statusText}\n\n${await readable(response)}`;
  } catch (error) {
    return `Nothing was answered: ${error.message}`;
  }
}

async function readable(response) {
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body.cancel();
    return 'A stream of events; closed.';
  }
  const text = await response.text();
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(api) {
  main.replaceChildren(element('p', '', prose(api.info.description)));
  for (const tag of api.tags) {
    const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag.name))
      .map(([method, operation]) => operationOf(api, path, method, operation)));
    main.append(element('section', '', [
      element('h2', '', tag.name), element('p', 'faint', tag.description), ...operations,
    ]));
  }
  const named = document.getElementById(location.hash.slice(1));
  if (named) {
    named.open = true;
    named.scrollIntoView();
  }
}

find.addEventListener('input', () => {
  const words = find.value.trim().toLowerCase();
  for (const operation of document.querySelectorAll('.operation')) {
    operation.hidden = !operation.dataset.words.includes(words);
  }
});

try {
  const response = await fetch('/api/openapi.json');
  show(await response.json());
} catch (error) {
  main.replaceChildren(element('p', 'failed', `The document cannot be shown: ${error.message}`));
}
