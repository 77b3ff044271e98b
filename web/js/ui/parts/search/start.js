/** What is searched, for how long, and for which board; then it begins. */

import { html, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { RESERVED } from '../../../data/project.js';
import { startSearch } from '../../../data/search.js';
import { wholeNumber } from '../../../data/train.js';
import { t, told } from '../../i18n.js';
import { Icon } from '../icons.js';
import { labelColour } from '../label.js';
import { Problem, Welcome } from '../notices.js';
import { sentence } from '../train/figures.js';

/** @typedef {import('../../../data/search.js').Plan} Plan */
/** @typedef {Record<'trials' | 'epochs' | 'workers' | 'ram' | 'flash' | 'instructions', string>} Typed */

const KB = 1024;
const MILLION = 1e6;
const MOST = { trials: 1000, epochs: 100, workers: 16 };

/** @param {Plan} plan @returns {Typed} */
const asTyped = ({ trials, epochs, workers, limits }) => ({
  trials: String(trials), epochs: String(epochs), workers: String(workers),
  ram: String(limits.ram_bytes / KB), flash: String(limits.flash_bytes / KB), instructions: String(Math.round(limits.instructions / 1e4) / 100),
});

/** What was typed, as numbers. Throws with the sentence that says what is wrong. @param {Typed} typed @returns {Plan} */
function checked(typed) {
  const whole = (/** @type {'trials' | 'epochs' | 'workers'} */ key, /** @type {string} */ name) => {
    const value = wholeNumber(typed[key], 1, MOST[key]);
    if (!value) throw new Error(t('{name} must be a whole number from 1 to {n}.', { name, n: MOST[key] }));
    return value;
  };
  const limit = (/** @type {'ram' | 'flash' | 'instructions'} */ key, /** @type {string} */ name, /** @type {number} */ unit) => {
    const value = Math.round(Number(typed[key].replace(',', '.')) * unit);
    if (!(value >= 1 && value <= 2 ** 40)) throw new Error(t('{name} must be a number above 0.', { name }));
    return value;
  };
  return {
    trials: whole('trials', t('Trials')), epochs: whole('epochs', t('Epochs')), workers: whole('workers', t('Workers')),
    limits: { ram_bytes: limit('ram', t('RAM'), KB), flash_bytes: limit('flash', t('Flash'), KB), instructions: limit('instructions', t('Instructions'), MILLION) },
  };
}

/** @param {{ current: import('../../../data/api.js').Project, defaults: Plan, onStart: (name: string) => void, children?: any }} props */
export function Start({ current, defaults, onStart, children }) {
  const { labels, minimum, name: project } = current;
  const free = labels.filter(({ label, n_clips: n }) => !RESERVED.includes(label) && n >= minimum).map(({ label }) => label);
  const [left, setLeft] = useState(/** @type {string[]} */ ([]));
  const [typed, setTyped] = useState(asTyped(defaults));
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  const chosen = free.filter((label) => !left.includes(label));
  if (!free.length) {
    return html`<${Welcome} sentence=${t('A search compares models, and models learn from clips. Record two words, and some others to tell them from.')}><a class="button primary" href="#/record">${t('Record words')}</a><//>`;
  }
  async function start() {
    setStarting(true);
    setProblem('');
    try {
      onStart((await startSearch(project, { labels: chosen, ...checked(typed) })).config.name);
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setStarting(false);
  }
  const number = (/** @type {keyof Typed} */ key, /** @type {string} */ name, mode = 'numeric') => html`
    <label class="field"><span>${name}</span>
      <input type="text" inputmode=${mode} autocomplete="off" value=${typed[key]} onInput=${(/** @type {any} */ event) => setTyped({ ...typed, [key]: event.target.value })} /></label>`;
  return html`
    <section class="card stack" aria-label=${t('A new search')}>
      <p>${t('The computer tries front ends and networks, each trained for a few epochs, and keeps those that hear best for what they cost the board. It judges by the validation split; the test split stays unseen.')}</p>
      <fieldset class="chips"><legend class="spoken">${t('Labels to tell apart')}</legend>
        ${free.map((label) => html`<label class="chip" key=${label}><input type="checkbox" checked=${!left.includes(label)} onChange=${() => setLeft(left.includes(label) ? left.filter((/** @type {string} */ other) => other !== label) : [...left, label])} />
          <span><i class="dot" style=${{ background: labelColour(label, project, free) }}></i>${label}</span></label>`)}
      </fieldset>
      <div class="numbers-typed">${number('trials', t('Trials'))}${number('epochs', t('Epochs of a trial'))}${number('workers', t('Workers'))}</div>
      <p class="small quiet">${t('A worker is a process of the computer that Nestling runs on; more of them than it has cores make none faster. How long it takes is told after the first trials.')}</p>
      <details><summary>${t('What the board has: the Nano 33 BLE Sense')}</summary>
        <div class="numbers-typed">${number('ram', t('RAM, KB'), 'decimal')}${number('flash', t('Flash, KB'), 'decimal')}${number('instructions', t('Instructions, millions'), 'decimal')}</div>
        <p class="small quiet">${t('What would not fit is not trained. The instructions are those of one inference; as they stand there, five a second are possible.')}</p>
      </details>
    </section>
    ${problem && html`<${Problem} message=${told(problem)} />`}
    ${children}
    <div class="action"><button class="button primary" type="button" disabled=${starting || !chosen.length} onClick=${start}><${Icon} name="search" />${t('Search')}</button></div>`;
}
