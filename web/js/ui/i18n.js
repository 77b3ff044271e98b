/**
 * What the pages say, in the reader's language.
 *
 * The English sentence is the key, so that a page reads as it speaks; web/messages/<language>.json holds the others, one file
 * a language. Keys are written as literals, because tests/test_messages.py collects them from the source.
 */

import { settings } from '../data/settings.js';

/** A language has a file in web/messages/, but for English. */
export const LANGUAGES = { en: 'English', es: 'Español' };

/** @typedef {keyof typeof LANGUAGES} Language */

/** Sentences; of a plural, its forms in the order of Intl.PluralRules. @type {Record<string, string | string[]>} */
let messages = {};
/** @type {[RegExp, string][] | undefined} */
let patterns;
/** @type {Language} */
let language = 'en';
let plurals = new Intl.PluralRules(language);

/** The one that was chosen, else the first of the browser's that there is. @returns {Language} */
export function chosenLanguage() {
  const wished = [settings.value.language, ...navigator.languages].map((tag) => tag.split('-')[0]);
  return /** @type {Language} */ (wished.find((tag) => tag in LANGUAGES) ?? 'en');
}

/** Fetch the sentences, before anything is drawn. Without them the page speaks English. */
export async function loadLanguage() {
  const wished = chosenLanguage();
  if (wished === 'en') return;
  try {
    messages = await (await fetch(`/messages/${wished}.json`)).json();
    language = wished;
    plurals = new Intl.PluralRules(language);
    document.documentElement.lang = language;
  } catch {
    // The computer is off, and this phone has not kept them.
  }
}

/** The language that the page speaks now. */
export const spoken = () => language;

/** @param {unknown} value */
const shown = (value) => (typeof value === 'number' ? value.toLocaleString(language) : value);

/** @param {string} key @param {Record<string, string | number>} [values] those that stand in braces in the sentence */
export function t(key, values = {}) {
  return fill(/** @type {string} */ (messages[key] ?? key), values);
}

/** A sentence that depends on a number, which stands in it as {n}.
 *  @param {number} n @param {string} one @param {string} other the key @param {Record<string, string | number>} [values] */
export function tn(n, one, other, values = {}) {
  const forms = messages[other] ?? [one, other];
  const known = plurals.resolvedOptions().pluralCategories.filter((category) => category !== 'many' || forms.length > 2);
  return fill(forms[Math.max(0, known.indexOf(plurals.select(n)))] ?? forms[forms.length - 1], { n, ...values });
}

/** A sentence with markup among its values: what htm takes as children. @param {string} key @param {Record<string, unknown>} values */
export function tx(key, values) {
  return String(messages[key] ?? key).split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? shown(values[piece]) : piece));
}

/** A sentence that came from where one language is known only: the server, a worker. Its key has numbers in braces where
 *  something was put in. @param {string} sentence */
export function told(sentence) {
  if (typeof messages[sentence] === 'string') return messages[sentence];
  patterns ??= Object.keys(messages).filter((key) => key.includes('{0}')).map((key) => [asPattern(key), key]);
  for (const [pattern, key] of patterns) {
    const found = pattern.exec(sentence);
    if (found) return t(key, Object.fromEntries(found.slice(1).map((value, i) => [i, value])));
  }
  return sentence;
}

/** @param {string} key */
const asPattern = (key) => new RegExp(`^${key.split(/\{\d+\}/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)')}$`, 's');

/** @param {string} sentence @param {Record<string, string | number>} values */
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(shown(values[name])));
