/** The photos that a model took for something else: often they lie under the wrong label, or show nothing. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn, told, tx } from '../i18n.js';
import { ClipActions } from './clips.js';

/** @typedef {{ split: string, clip: string, label: string, predicted: string, score: number }} Mistake  `clip` is `<label>/<id>.jpg` */

const PAGE = 12;

/** @param {{ manifest: Record<string, any> }} props */
export function Mistakes({ manifest: { project, labels, mistakes } }) {
  const { labels: known } = useStore(settings);
  const [n, setN] = useState(PAGE);
  if (!mistakes.length) return html`<p class="quiet">${t('No photo was taken for something else.')}</p>`;
  return html`
    <section class="stack" aria-labelledby="mistakes">
      <h2 id="mistakes">${tn(mistakes.length, '{n} photo taken for something else', '{n} photos taken for something else')}</h2>
      <p class="quiet">${t('A photo under the wrong label teaches the wrong thing: give it the right one, or delete it, then train again. What only looks alike needs more photos.')}</p>
      <ul class="mistakes">
        ${mistakes.slice(0, n).map((/** @type {Mistake} */ mistake) => html`<${MistakeCard} key=${mistake.clip} mistake=${mistake} project=${project} labels=${known[project] ?? labels} />`)}
      </ul>
      ${n < mistakes.length && html`<button class="button" type="button" onClick=${() => setN(n + PAGE)}>${t('Show more photos')}</button>`}
    </section>`;
}

/** @param {string} file */
const idOf = (file) => file.slice(file.indexOf('/') + 1).replace(/\.[^.]+$/, '');

/** @param {{ mistake: Mistake, project: string, labels: string[] }} props */
function MistakeCard({ mistake: { clip: file, label, predicted, score, split }, project, labels }) {
  const id = idOf(file);
  const [clip, setClip] = useState(/** @type {api.Clip | null | undefined} */ (undefined)); // null: it is gone
  const [problem, setProblem] = useState('');
  useEffect(() => {
    api.readClip(project, id).then(setClip, (error) => {
      if (error instanceof api.RefusedError && error.status === 404) setClip(null);
      else setProblem(error.message);
    });
  }, [project, id]);
  const changed = (/** @type {api.Clip | null} */ found) => { setClip(found); refreshProject(); };
  return html`
    <li class="card tight stack">
      ${clip && html`<img src=${api.photoUrl(project, id)} alt=${t('Photo of {label}', { label: clip.label })} loading="lazy" width=${clip.width} height=${clip.height} />`}
      <p class="numbers">${tx('was {label}, taken for {other} {score}', { label: html`<strong>${label}</strong>`, other: html`<strong>${predicted}</strong>`, score: score.toFixed(2) })} <span class="small quiet">${split}</span></p>
      ${clip === null && html`<p class="small quiet">${t('This photo is no longer stored.')}</p>`}
      ${clip && clip.label !== label && html`<p class="small good">${t('Its label is {label} now.', { label: clip.label })}</p>`}
      ${problem && html`<p class="small warn">${told(problem)}</p>`}
      ${clip && html`<${ClipActions} clip=${clip} labels=${labels} onChange=${changed} />`}
    </li>`;
}
