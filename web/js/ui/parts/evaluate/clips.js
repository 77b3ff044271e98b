/** The clips of one cell: hear them, mend the label, send them to training, leave them out, delete them. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import * as api from '../../../data/api.js';
import { changeClip, idOf, restoreClip } from '../../../data/evaluate.js';
import { refreshProject } from '../../../data/project.js';
import { settings } from '../../../data/settings.js';
import { useStore } from '../../../data/store.js';
import { best } from '../../../dsp/metrics.js';
import { t, told } from '../../i18n.js';
import { takenAt } from '../clips.js';
import { PlayButton } from '../player.js';
import { sentence } from '../train/figures.js';

/** @typedef {import('../../../data/evaluate.js').Engine} Engine */
/** @typedef {import('../../../data/evaluate.js').HeldClip} HeldClip */
/** @typedef {import('../../../data/evaluate.js').Row} Row */

const PAGE = 12;

/** @param {{ manifest: Record<string, any>, engine: Engine, title: string, rows: Row[] }} props */
export function CellClips({ manifest, engine, title, rows }) {
  const { labels: known } = useStore(settings);
  const [n, setN] = useState(PAGE);
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus(), []);
  const { project, labels, kind } = manifest;
  const options = [...new Set([...(known[project] ?? []), ...labels])];
  return html`
    <section class="stack cell-clips" aria-labelledby="cell">
      <h3 id="cell" tabindex="-1" ref=${heading}>${title}</h3>
      <p class="small quiet">${t('A change counts from the next training on: this model and its numbers stay as they are.')}</p>
      <ul class="clips">
        ${rows.slice(0, n).map((row) => html`<${ClipOfCell} key=${row.clip} row=${row} project=${project} kind=${kind} labels=${labels} options=${options} scores=${row[engine] ?? []} />`)}
      </ul>
      ${n < rows.length && html`<button class="button" type="button" onClick=${() => setN(n + PAGE)}>${kind === 'vision' ? t('Show more photos') : t('Show more clips')}</button>`}
    </section>`;
}

/** What is being done to one clip, and what went wrong. @param {string} project @param {string} id */
function useClip(project, id) {
  const [clip, setClip] = useState(/** @type {HeldClip | null | undefined} */ (undefined)); // null: it is gone
  const [deleted, setDeleted] = useState(false);
  const [problem, setProblem] = useState('');
  async function attempt(/** @type {() => Promise<HeldClip | null>} */ task) {
    setProblem('');
    try {
      setClip(await task());
    } catch (error) {
      if (error instanceof api.RefusedError && error.status === 404) setClip(null);
      else setProblem(sentence(error));
    }
  }
  const andTell = (/** @type {() => Promise<HeldClip | null>} */ task) => attempt(task).then(refreshProject);
  useEffect(() => { attempt(() => api.readClip(project, id)); }, [project, id]);
  return {
    clip, deleted, problem,
    change: (/** @type {import('../../../data/evaluate.js').Changes} */ changes) => andTell(() => changeClip(project, id, changes)),
    remove: () => andTell(async () => {
      await api.deleteClip(project, id);
      setDeleted(true);
      return null;
    }),
    restore: () => andTell(async () => {
      await restoreClip(project, id);
      setDeleted(false);
      return api.readClip(project, id);
    }),
  };
}

/** @param {{ row: Row, project: string, kind: import('../kind.js').Kind, labels: string[], options: string[], scores: number[] }} props */
function ClipOfCell({ row, project, kind, labels, options, scores }) {
  const id = idOf(row);
  const { clip, deleted, problem, change, remove, restore } = useClip(project, id);
  const name = clip ? `${clip.label}, ${takenAt(clip)}` : row.clip;
  return html`
    <li class="stack close">
      <div class="cell-clip">
        ${clip && kind === 'vision' && html`<img src=${api.photoUrl(project, id)} alt=${t('Photo of {label}', { label: clip.label })} loading="lazy" width=${clip.width} height=${clip.height} />`}
        <p class="numbers"><strong>${labels[best(scores)]} ${Math.max(...scores).toFixed(2)}</strong>${best(scores) !== row.truth && html` <span class="quiet">${labels[row.truth]} ${scores[row.truth].toFixed(2)}</span>`}
          <br /><span class="small quiet">${clip ? html`${takenAt(clip)} ${clip.speaker ?? ''}` : idOf(row)}</span></p>
        ${clip && kind === 'speech' && html`<${PlayButton} wav=${() => api.clipAudio(project, id)} name=${name} />`}
      </div>
      ${clip === null && html`<div class="row"><span class="small quiet">${deleted ? t('Deleted.') : t('It is no longer stored.')}</span>
        ${deleted && html`<button class="button" type="button" onClick=${restore}>${t('Undo')}</button>`}</div>`}
      ${clip && html`<${Notes} clip=${clip} row=${row} labels=${labels} /><${Actions} clip=${clip} name=${name} options=${options} change=${change} remove=${remove} />`}
      ${problem && html`<p class="small warn" role="alert">${told(problem)}</p>`}
    </li>`;
}

/** What was decided about it since. @param {{ clip: HeldClip, row: Row, labels: string[] }} props */
function Notes({ clip, row, labels }) {
  const before = row.clip.slice(0, row.clip.indexOf('/'));
  const notes = [
    clip.label !== before && clip.label !== labels[row.truth] && t('Its label is {label} now.', { label: clip.label }),
    isSent(clip) && t('The next model learns from it.'),
    clip.disabled && t('The next model leaves it out.'),
  ].filter(Boolean);
  return notes.length ? html`<p class="small good" role="status">${notes.join(' ')}</p>` : null;
}

/** @param {HeldClip} clip */
const isSent = ({ pinned, split }) => Boolean(pinned) && split === 'train';

/** @param {{ clip: HeldClip, name: string, options: string[], change: (changes: import('../../../data/evaluate.js').Changes) => void, remove: () => void }} props */
function Actions({ clip, name, options, change, remove }) {
  const all = options.includes(clip.label) ? options : [clip.label, ...options];
  const sent = isSent(clip);
  return html`
    <div class="row" role="group" aria-label=${name}>
      <select class="fit" aria-label=${t('Label of {name}', { name })} value=${clip.label} onChange=${(/** @type {any} */ event) => change({ label: event.target.value })}>
        ${all.map((option) => html`<option value=${option} selected=${option === clip.label}>${option}</option>`)}</select>
      <button class="button" type="button" aria-pressed=${sent} disabled=${clip.disabled} onClick=${() => change({ split: sent ? null : 'train' })}>${t('To training')}</button>
      <button class="button" type="button" aria-pressed=${Boolean(clip.disabled)} onClick=${() => change({ disabled: !clip.disabled })}>${t('Leave out')}</button>
      <button class="button" type="button" onClick=${remove}>${t('Delete')}</button>
    </div>`;
}
