/** What an empty page offers to those who have no microphone at hand: a project of synthetic voices. */

import { html, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { RefusedError } from '../../data/api.js';
import { chooseProject } from '../../data/project.js';
import { makeSample } from '../../data/sample.js';
import { t, told } from '../i18n.js';
import { announce } from './announce.js';
import { Icon } from './icons.js';
import { Problem } from './notices.js';

const NAME = 'sample';

/** @param {string} name */
async function open(name) {
  await chooseProject(name, 'speech');
  location.hash = '#/collect';
}

export function SampleOffer() {
  const [spoken, setSpoken] = useState(/** @type {{ done: number, of: number } | null} */ (null));
  const [problem, setProblem] = useState('');
  const [exists, setExists] = useState(false);

  async function make() {
    setSpoken({ done: 0, of: 1 });
    setProblem('');
    announce(t('The voices begin to speak.'));
    try {
      const { name } = await makeSample((done, of) => setSpoken({ done, of }));
      announce(t('The sample project is ready.'));
      await open(name);
    } catch (error) {
      learnFrom(error);
      setExists(error instanceof RefusedError && error.status === 409);
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setSpoken(null);
  }
  if (spoken) return html`<${Speaking} ...${spoken} />`;
  return html`
    ${problem && html`<${Problem} message=${told(problem)} />`}
    ${exists
      ? html`<button class="button" type="button" onClick=${() => open(NAME)}><${Icon} name="projects" />${t('Open the sample project')}</button>`
      : html`<button class="button" type="button" onClick=${make}><${Icon} name="speak" />${t('Make a sample project')}</button>`}
    <p class="small quiet">${t('No microphone at hand? Forty synthetic voices say yes, no and other words, enough to try every step.')}</p>`;
}

/** @param {{ done: number, of: number }} props */
const Speaking = ({ done, of }) => html`
  <div class="stack speaking">
    <p class="numbers">${t('Synthetic voices speak: {done} of {of}', { done, of })}</p>
    <div class="bar" role="progressbar" aria-label=${t('Words spoken')} aria-valuemin="0" aria-valuemax=${of} aria-valuenow=${done}>
      <i style=${{ transform: `scaleX(${done / of})` }}></i></div>
  </div>`;
