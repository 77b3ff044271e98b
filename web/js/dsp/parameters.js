/**
 * What all declared parameters have in common, as in `training/parameters.py` and in the same words: one JSON file, read
 * strictly, with a CRC-32 that is the same in every language.
 *
 * @typedef {'int' | 'float' | 'str'} Type
 * @typedef {Record<string, any>} ParamsJson - a file of parameters, parsed
 */

const SCHEMA = 1;

/**
 * Parameters of one thing. `types` lists all of them, `conventions` the words that every implementation honours, `rules`
 * what must hold of the values; a rule begins with the name of its parameter.
 * @template P
 * @typedef {{ what: string, types: Record<string, Type>, conventions: Record<string, string[]>,
 *   rules: [string, (params: P) => boolean][] }} Declaration
 */

/**
 * @template P
 * @param {unknown} json - the file, or a manifest's copy of it, parsed
 * @param {Declaration<P>} declaration
 * @returns {P} frozen, in camelCase
 * @throws {Error} a key is missing or unknown, or a value is outside of what every implementation can honour
 */
export function parseParameters(json, { what, types, conventions, rules }) {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`a ${what} must be one JSON object`);
  const values = /** @type {ParamsJson} */ (json);
  checkKeys(values, what, types);
  for (const [key, type] of Object.entries(types)) checkType(key, type, values[key]);
  const params = /** @type {P} */ (Object.freeze(Object.fromEntries(Object.keys(types).map((key) => [camelCase(key), values[key]]))));
  checkWords(values, conventions);
  for (const [rule, holds] of rules) {
    const key = rule.split(' ')[0];
    if (!holds(params)) throw new Error(`${rule}, got ${key} = ${values[key]}`);
  }
  return params;
}

/**
 * CRC-32 of the parameters as 8 hex digits, the same in every language: over lines `key=value`, keys sorted, a number as
 * the 16 hex digits of its IEEE 754 double, because languages print the same number differently (1e-06, 0.000001).
 * @param {ParamsJson} json
 */
export function paramsCrc32(json) {
  const lines = Object.keys(json).sort().map((key) => `${key}=${canonical(json[key])}\n`);
  return crc32(new TextEncoder().encode(lines.join('')));
}

/**
 * As 8 hex digits.
 * @param {Uint8Array} bytes
 */
export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, '0');
}

/**
 * @param {ParamsJson} values
 * @param {string} what
 * @param {Record<string, Type>} types
 */
function checkKeys(values, what, types) {
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(types, key)).sort();
  if (unknown.length > 0) throw new Error(`unknown ${what} parameter ${repr(unknown[0])}`);
  const missing = Object.keys(types).filter((key) => !Object.hasOwn(values, key)).sort();
  if (missing.length > 0) throw new Error(`${what} parameter ${repr(missing[0])} is missing`);
}

/**
 * @param {string} key
 * @param {Type} type
 * @param {unknown} value
 */
function checkType(key, type, value) {
  const holds = type === 'str' ? typeof value === 'string' : typeof value === 'number' && (type === 'float' || !Number.isFinite(value) || Number.isInteger(value));
  if (!holds) throw new Error(`${key} must be of type ${type}, got ${repr(value)}`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} must be finite, got ${value}`);
}

/**
 * @param {ParamsJson} values
 * @param {Record<string, string[]>} conventions
 */
function checkWords(values, conventions) {
  if (values.schema !== SCHEMA) throw new Error(`schema must be ${SCHEMA}, got ${values.schema}`);
  for (const [key, allowed] of Object.entries(conventions)) {
    if (!allowed.includes(values[key])) throw new Error(`${key} must be one of ${allowed.join(', ')}, got ${repr(values[key])}`);
  }
}

/** @param {string} key */
function camelCase(key) {
  return key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

// As Python prints a value, so that both say the same sentence.
/** @param {unknown} value */
function repr(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : JSON.stringify(value);
}

/** @param {number | string} value */
function canonical(value) {
  if (typeof value === 'string') return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}
