// The table of names as the page reads it, and the voice for a language.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { LANGUAGES, languageOf, nameAndKind, ownLanguage, parseThings, questionFor } from '../../web/js/data/things.js';
import { voiceFor } from '../../web/js/data/voice.js';

const TABLE = readFileSync(new URL('../../training/vision/things.tsv', import.meta.url), 'utf8');
const HEADER = TABLE.slice(0, TABLE.indexOf('\n'));

test('the table in the repository has a row a class, with a name in each language', () => {
  const rows = parseThings(TABLE);
  assert.equal(rows.length, 1000);
  assert.ok(rows.every((row) => LANGUAGES.every(({ code }) => row[code])));
  assert.equal(rows[1].class, 'goldfish');
});

test('a table of other languages, or a broken one, is refused', () => {
  assert.throws(() => parseThings('class\ten\ncat\tcat'), /The table of names has columns class, en; this page knows class, en, es/);
  assert.throws(() => parseThings(`${HEADER}\ncat\tcat`), /has 2 columns in the row of cat, not 13/);
});

test('lines may end as they do on Windows', () => {
  const row = ['cat', ...LANGUAGES.map(({ code }) => `cat-${code}`)].join('\t');
  assert.equal(parseThings(`${HEADER}\r\n${row}\r\n`)[0].sw, 'cat-sw');
});

test('a breed is a name and a kind, in every script', () => {
  assert.deepEqual(nameAndKind('Border terrier (dog)'), { name: 'Border terrier', kind: 'dog' });
  assert.deepEqual(nameAndKind('边境㹴（狗）'), { name: '边境㹴', kind: '狗' });
  assert.deepEqual(nameAndKind('cup'), { name: 'cup', kind: '' });
});

test('only Arabic is set from right to left', () => {
  assert.deepEqual(LANGUAGES.filter(({ dir }) => dir === 'rtl').map(({ code }) => code), ['ar']);
  assert.equal(languageOf('zz').code, 'en');
});

test("the reader's own language is the first of the browser's that is one of the twelve", () => {
  assert.equal(ownLanguage(['nl-NL', 'de-AT', 'en']), 'de');
  assert.equal(ownLanguage(['zh-Hant-TW']), 'zh');
  assert.equal(ownLanguage(['nl']), 'en');
  assert.equal(ownLanguage([]), 'en');
});

const QUESTIONS = {
  cup: 'Is it a cup?',
  'espresso machine': 'Is it an espresso machine?',
  'Border terrier (dog)': 'Is it a Border terrier?',
  sunglasses: 'Are these sunglasses?',
  bus: 'Is it a bus?',
  triceratops: 'Is it a triceratops?',
  unicycle: 'Is it a unicycle?',
  umbrella: 'Is it an umbrella?',
  hourglass: 'Is it an hourglass?',
  'ice cream': 'Is it ice cream?',
  'pencil case': 'Is it a pencil case?',
};
for (const [name, question] of Object.entries(QUESTIONS)) test(question, () => assert.equal(questionFor(name), question));

const voice = (lang, localService = true, isDefault = false) => ({ lang, localService, default: isDefault });

test('a voice is of the language, and works without the internet where there is a choice', () => {
  const voices = [voice('es-ES', false), voice('es-MX'), voice('en_GB'), voice('cmn-CN'), voice('zh-HK'), voice('pt-BR'), voice('pt-PT', false)];
  assert.equal(voiceFor(voices, 'es').lang, 'es-MX');
  assert.equal(voiceFor(voices, 'en').lang, 'en_GB');
  assert.equal(voiceFor(voices, 'zh').lang, 'cmn-CN');
  assert.equal(voiceFor(voices, 'pt').lang, 'pt-BR');
  assert.equal(voiceFor([voice('es-MX'), voice('es-ES')], 'es').lang, 'es-ES');
  assert.equal(voiceFor(voices, 'sw'), undefined);
  assert.equal(voiceFor([], 'en'), undefined);
});
