/** The phone's own voices. They speak a word aloud; no sound goes anywhere. */

import { languageOf } from './things.js';

const WAIT_MS = 1500; // some browsers tell their voices late
const RATE = 0.9;
// What voices call a language otherwise than we do.
/** @type {Record<string, string[]>} */
const ALSO = { zh: ['zh', 'cmn'] };
/** Where a voice of a region is meant when none is named. @type {Record<string, string>} */
const REGIONS = { zh: 'cn', pt: 'pt', en: 'gb', es: 'es', fr: 'fr' };

/** @param {SpeechSynthesisVoice} voice */
const tagOf = ({ lang }) => lang.toLowerCase().replaceAll('_', '-');

/**
 * The voice to speak a language with: one that works without the internet, of the usual region, where there is a choice.
 * @param {SpeechSynthesisVoice[]} voices
 * @param {string} language one of the twelve
 * @returns {SpeechSynthesisVoice | undefined}
 */
export function voiceFor(voices, language) {
  const rank = (/** @type {SpeechSynthesisVoice} */ voice) => (
    Number(voice.localService) * 4 + Number(tagOf(voice).split('-').at(-1) === REGIONS[language]) * 2 + Number(voice.default)
  );
  const able = voices.filter((voice) => (ALSO[language] ?? [language]).includes(tagOf(voice).split('-')[0]));
  return able.sort((a, b) => rank(b) - rank(a))[0];
}

/** @returns {Promise<SpeechSynthesisVoice[]>} */
function listVoices() {
  const { speechSynthesis } = globalThis;
  if (!speechSynthesis || speechSynthesis.getVoices().length) return Promise.resolve(speechSynthesis?.getVoices() ?? []);
  return new Promise((resolve) => {
    const tell = () => resolve(speechSynthesis.getVoices());
    speechSynthesis.addEventListener('voiceschanged', tell, { once: true });
    setTimeout(tell, WAIT_MS);
  });
}

/**
 * @param {string} text
 * @param {string} language one of the twelve
 * @returns {Promise<void>} when it was said, or something else was asked for
 * @throws {Error} a sentence: this phone cannot say it
 */
export async function speak(text, language) {
  const { english } = languageOf(language);
  const voice = voiceFor(await listVoices(), language);
  if (!voice) throw new Error(`This phone has no voice for ${english}. Add one in its settings, under text-to-speech; until then, read the word.`);
  speechSynthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(text);
  Object.assign(utterance, { voice, lang: voice.lang, rate: RATE });
  await new Promise((resolve, reject) => {
    utterance.onend = resolve;
    utterance.onerror = ({ error }) => {
      if (error === 'interrupted' || error === 'canceled') resolve(undefined);
      else if (error === 'not-allowed') reject(new Error('The browser speaks only after a tap. Press Speak.'));
      else reject(new Error(`The phone's voice for ${english} does not speak${voice.localService ? '' : ' without the internet'}. Read the word.`));
    };
    speechSynthesis.speak(utterance);
  });
}

/** Be quiet. */
export const hush = () => globalThis.speechSynthesis?.cancel();
