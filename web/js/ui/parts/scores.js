/** What a model answers: a row a label, the highest in bold; and the words that it heard. */

import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { labelColour } from './label.js';

/** @typedef {{ label: string, score: number, key: number, time: Date }} Heard */

/** @param {{ labels: string[], project: string, scores: ArrayLike<number> | null }} props */
export function Scores({ labels, project, scores }) {
  const best = scores ? labels.reduce((top, _, i) => (scores[i] > scores[top] ? i : top), 0) : -1;
  return html`
    <ol class="scores" aria-label=${t('Scores')}>
      ${labels.map((label, i) => {
        const score = scores ? scores[i] : 0;
        return html`
          <li class=${`score ${i === best ? 'best' : ''}`} key=${label} aria-current=${i === best ? 'true' : null}>
            <span class="name">${label}</span><span class="value">${scores ? score.toFixed(2) : '–'}</span>
            <span class="bar" aria-hidden="true"><i style=${{ background: labelColour(label, project, labels), transform: `scaleX(${score})` }}></i></span>
          </li>`;
      })}
    </ol>`;
}

/** @param {{ heard: Heard[] }} props newest first */
export const HeardList = ({ heard }) => html`
  <ul class="heard numbers" aria-live="polite" aria-label=${t('Words heard')}>
    ${heard.map(({ label, score, key, time }) => html`<li key=${key}><strong>${label}</strong> ${score.toFixed(2)} <span class="small quiet">${time.toLocaleTimeString()}</span></li>`)}
  </ul>`;
