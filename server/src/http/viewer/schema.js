// JSON Schemas as people read them, and samples that fit them.

/** An element with a class and children, which are elements, texts, or one text. */
export function element(name, className = '', children = []) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...(Array.isArray(children) ? children : [children]));
  return made;
}

/** A text with its `names` as code. */
export function prose(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', '', part) : part));
}

function resolve(api, schema) {
  return schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema;
}

/** In a few words: the name of a known schema, or what is expected. */
export function typeOf(api, schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((choice) => typeOf(api, choice)).join(' | ');
  if (schema.type === 'array') return `array of ${typeOf(api, schema.items ?? {})}`;
  const bounds = [
    [schema.minLength, schema.maxLength, 'characters'],
    [schema.minimum, schema.maximum, ''],
  ].filter(([low, high]) => low !== undefined || high < Number.MAX_SAFE_INTEGER)
    .map(([low, high, unit]) => ` ${low ?? ''}–${high < Number.MAX_SAFE_INTEGER ? high : ''} ${unit}`.trimEnd());
  return `${schema.type ?? 'anything'}${bounds.join()}`;
}

/** What a named text or number is kept to, where its name does not say. */
function boundsOf(api, schema) {
  const known = resolve(api, schema);
  if (!schema.$ref || !['string', 'integer'].includes(known.type)) return '';
  return ` (${known.format ?? typeOf(api, known)})`;
}

/** The fields of an object, however it is put together; known schemas fold. */
export function fields(api, schema, above = []) {
  const list = element('ul', 'fields');
  const known = resolve(api, schema);
  for (const [name, field] of Object.entries(known.properties ?? {})) {
    const optional = known.required?.includes(name) ? '' : ', optional';
    const about = field.description ?? resolve(api, field)?.description ?? '';
    const line = element('li', '', [
      element('code', '', name), ` ${typeOf(api, field)}${boundsOf(api, field)}${optional}. `, ...prose(about),
    ]);
    const inner = field.type === 'array' ? field.items : field;
    const target = inner?.$ref;
    if (target && !above.includes(target) && hasFields(resolve(api, inner))) {
      line.append(element('details', '', [element('summary', '', target.split('/').pop()), fields(api, inner, [...above, target])]));
    }
    list.append(line);
  }
  for (const choice of [...(known.oneOf ?? []), ...(known.anyOf ?? []), ...(known.allOf ?? [])]) {
    const target = choice.$ref ?? '';
    if (above.includes(target) || !hasFields(resolve(api, choice))) continue;
    list.append(element('li', '', [typeOf(api, choice), fields(api, choice, [...above, target])]));
  }
  return list;
}

function hasFields(schema) {
  return Boolean(schema?.properties ?? schema?.oneOf?.some((choice) => choice.properties) ?? schema?.anyOf);
}

/** What one could send: required fields only, since optional ones change more than one may want. */
export function sample(api, schema) {
  const known = resolve(api, schema);
  if (known.const !== undefined) return known.const;
  if (known.enum) return known.enum[0];
  const choice = (known.oneOf ?? known.anyOf)?.[0];
  if (choice) return sample(api, choice);
  if (known.type === 'object') {
    const required = Object.entries(known.properties ?? {}).filter(([name]) => known.required?.includes(name));
    return Object.fromEntries(required.map(([name, field]) => [name, sample(api, field)]));
  }
  if (known.type === 'array') return [];
  if (known.format === 'uuid') return crypto.randomUUID?.() ?? '00000000-0000-4000-8000-000000000000';
  if (known.type === 'integer') return known.minimum ?? 0;
  if (known.type === 'boolean') return false;
  return '';
}
