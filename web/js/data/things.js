/** The table of names, `training/vision/things.tsv`: what each of the network's classes is called, in twelve languages. */

/** @typedef {{ code: string, name: string, english: string, dir: 'ltr' | 'rtl' }} Language */
/** @typedef {Record<string, string>} Row the names of one class, by language */

/** Each named in itself, as its readers look for it. @type {Language[]} */
export const LANGUAGES = [
  ['en', 'English', 'English'],
  ['es', 'Español', 'Spanish'],
  ['fr', 'Français', 'French'],
  ['de', 'Deutsch', 'German'],
  ['it', 'Italiano', 'Italian'],
  ['pt', 'Português', 'Portuguese'],
  ['zh', '中文', 'Chinese'],
  ['ja', '日本語', 'Japanese'],
  ['ko', '한국어', 'Korean'],
  ['hi', 'हिन्दी', 'Hindi'],
  ['ar', 'العربية', 'Arabic'],
  ['sw', 'Kiswahili', 'Swahili'],
].map(([code, name, english]) => ({ code, name, english, dir: code === 'ar' ? 'rtl' : 'ltr' }));

const TABLE = '/params/things.tsv';
const HEADER = ['class', ...LANGUAGES.map(({ code }) => code)];

/** @param {string} code @returns {Language} */
export const languageOf = (code) => LANGUAGES.find((language) => language.code === code) ?? LANGUAGES[0];

/** The reader's own language, as far as it is one of the twelve. @param {readonly string[]} preferred such as `navigator.languages` */
export function ownLanguage(preferred) {
  const codes = preferred.map((tag) => tag.toLowerCase().split('-')[0]);
  return codes.find((code) => LANGUAGES.some((language) => language.code === code)) ?? 'en';
}

/** @returns {Promise<Row[]>} one a class, in the network's order */
export async function fetchThings() {
  const response = await fetch(TABLE).catch((cause) => {
    throw new Error('The names of things could not be fetched. Check the connection to the computer.', { cause });
  });
  if (!response.ok) throw new Error(`The computer has no names of things (${response.status}). Run make setup there, then load this page again.`);
  return parseThings(await response.text());
}

/**
 * @param {string} text tab-separated
 * @returns {Row[]}
 * @throws {Error} it is no such table
 */
export function parseThings(text) {
  const [header, ...rows] = text.trimEnd().split(/\r?\n/).map((line) => line.split('\t'));
  if (String(header) !== String(HEADER)) throw new Error(`The table of names has columns ${header.join(', ')}; this page knows ${HEADER.join(', ')}. Reload the page.`);
  const short = rows.find((row) => row.length !== HEADER.length);
  if (short) throw new Error(`The table of names has ${short.length} columns in the row of ${short[0]}, not ${HEADER.length}.`);
  return rows.map((row) => Object.fromEntries(HEADER.map((key, i) => [key, row[i]])));
}

/** "Border terrier (dog)" is a name and the kind of thing that it is of. @param {string} text @returns {{ name: string, kind: string }} */
export function nameAndKind(text) {
  const found = /^(.+?)\s*[(（](.+)[)）]$/.exec(text);
  return found ? { name: found[1], kind: found[2] } : { name: text, kind: '' };
}

// English names that take another article than "a", or none.
const PLURAL = /\b(bars|binoculars|jeans|pipes|pyjamas|scales|sunglasses|trunks)$/;
const UNCOUNTED = /\b(broccoli|broth|cabbage|carbonara|cauliflower|chain mail|coral|cream|dough|eggnog|guacamole|hairspray|hay|lotion|maize|mashed potato|paper|perfume|powder|rapeseed|sauce|velvet|wine|wool)$/;
const VOWEL = /^([aeio]|u(?!ni)|hour|MP3)/i;

/** A guess as a question. @param {string} english its name */
export function questionFor(english) {
  const { name } = nameAndKind(english);
  if (UNCOUNTED.test(name)) return `Is it ${name}?`;
  if (PLURAL.test(name)) return `Are these ${name}?`;
  return `Is it ${VOWEL.test(name) ? 'an' : 'a'} ${name}?`;
}
