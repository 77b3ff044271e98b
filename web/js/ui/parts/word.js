/** A thing's name in a language that one learns, large, and in one's own under it. */

import { html, useState } from '../../../vendor/preact.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { LANGUAGES, languageOf, nameAndKind, ownLanguage, questionFor } from '../../data/things.js';
import { speak } from '../../data/voice.js';
import { t } from '../i18n.js';
import { Icon } from './icons.js';

/** @typedef {import('../../data/things.js').Row} Row */
/** @typedef {import('../../dsp/guesses.js').Guess} Guess */

/** The language to learn, and the reader's own. @returns {{ language: string, own: string, speaks: boolean }} */
export function useLanguages() {
  const { translateTo, own: chosen, speaks } = useStore(settings);
  const own = chosen || ownLanguage(navigator.languages);
  return { language: translateTo || (own === 'es' ? 'en' : 'es'), own, speaks };
}

/** A text in one of the twelve languages, set as that language is. @param {{ code: string, children: any, class?: string }} props */
export const In = ({ code, children, class: name }) => html`<span class=${name} lang=${code} dir=${languageOf(code).dir}>${children}</span>`;

/** @param {{ legend: string, value: string, onChange: (code: string) => void, hidden?: boolean }} props `hidden`: the legend is for screen readers only */
export const LanguageSelect = ({ legend, value, onChange, hidden }) => html`
  <label class="field"><span class=${hidden ? 'spoken' : ''}>${legend}</span>
    <select value=${value} onChange=${(/** @type {any} */ event) => onChange(event.target.value)}>
      ${LANGUAGES.map(({ code, name }) => html`<option value=${code} lang=${code}>${name}</option>`)}
    </select>
  </label>`;

/** What a row's thing is called, for a voice: "Border Terrier, Hund". @param {string} text */
const sayable = (text) => Object.values(nameAndKind(text)).filter(Boolean).join(', ');

/** Speaking, and why it cannot be done. */
export function useVoice() {
  const [silence, setSilence] = useState('');
  const say = (/** @type {string} */ text, /** @type {string} */ language) => speak(sayable(text), language).then(
    () => setSilence(''), (/** @type {Error} */ error) => setSilence(error.message),
  );
  return { silence, say, forget: () => setSilence('') };
}

/** @param {{ row: Row | null, onSpeak: () => void, silence: string, children?: any }} props `children` stand in for the word where there is none */
export function Word({ row, onSpeak, silence, children }) {
  const { language, own } = useLanguages();
  return html`
    <section class="card tight stack close word" aria-label=${t('Its name')}>
      <div class="spread">
        <${LanguageSelect} legend=${t('Language to learn')} value=${language} hidden onChange=${(/** @type {string} */ code) => remember({ translateTo: code })} />
        ${row && html`<button class="button" type="button" onClick=${onSpeak}><${Icon} name="speak" />${t('Speak')}<span class="spoken"> ${row[language]}</span></button>`}
      </div>
      ${row ? html`<${Names} row=${row} language=${language} own=${own} />` : children}
      ${row && silence && html`<p class="small warn" role="status">${silence}</p>`}
    </section>`;
}

/** @param {{ row: Row, language: string, own: string }} props */
function Names({ row, language, own }) {
  const word = nameAndKind(row[language]);
  const mine = nameAndKind(row[own]);
  return html`
    <p class="translation" lang=${language} dir=${languageOf(language).dir}>${word.name}${word.kind && html` <small>${word.kind}</small>`}</p>
    ${own !== language && html`<p class="mine" lang=${own} dir=${languageOf(own).dir}>${mine.name}${mine.kind && html` <small>${mine.kind}</small>`}</p>`}`;
}

/** Where none of the guesses is sure, they are questions. @param {{ guesses: Guess[], rows: Row[], onChoose: (guess: Guess) => void }} props */
export function Questions({ guesses, rows, onChoose }) {
  const { own } = useLanguages();
  return html`
    <p>${t('Not sure. Go closer, or answer:')}</p>
    <ol class="questions stack close" aria-label=${t('Best guesses')}>
      ${guesses.map((guess, i) => html`
        <li class=${i === 0 ? 'best' : ''} key=${guess.name}>
          <button class="button" type="button" onClick=${() => onChoose(guess)}>
            <span class="name">${questionFor(guess.name)}${own !== 'en' && html` <${In} code=${own} class="quiet">${rows[guess.index][own]}<//>`}</span>
            <span class="value">${guess.score.toFixed(2)}</span>
          </button>
        </li>`)}
    </ol>`;
}

/** @param {{ guesses: Guess[], rows: Row[] }} props the best first */
export function GuessList({ guesses, rows }) {
  const { own } = useLanguages();
  return html`
    <ol class="guesses" aria-label=${t('Best guesses')}>
      ${guesses.map(({ name, index, score }, i) => html`
        <li class=${i === 0 ? 'best' : ''} key=${name} aria-current=${i === 0 ? 'true' : null}>
          <${In} code=${own} class="name">${rows[index][own]}<//><span class="value">${score.toFixed(2)}</span>
          <span class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${score})` }}></i></span>
        </li>`)}
    </ol>`;
}
