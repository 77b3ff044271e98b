/** The photos of a label that the server has: a grid of small ones, one of them large, several chosen to be deleted. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { t } from '../i18n.js';
import { ClipActions, takenAt, useClips } from '../parts/clips.js';
import { counted } from '../parts/kind.js';
import { Problem } from '../parts/notices.js';

const PAGE = 60; // twice a burst: with more photos than that there are three bursts at least

/** @param {api.Clip} clip */
const nameOf = (clip) => `${clip.label}, ${takenAt(clip)}`;

/** @param {Set<string>} before @param {string} id */
const toggled = (before, id) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]);

/** @param {{ project: string, label: string, labels: string[], onChange: () => void, onBursts: (n: number) => void }} props */
export function PhotoList({ project, label, labels, onChange, onBursts }) {
  const { clips, more, problem, reload } = useClips(project, label, PAGE);
  const [opened, setOpened] = useState(/** @type {api.Clip | null} */ (null));
  const [chosen, setChosen] = useState(/** @type {Set<string> | null} */ (null));
  useEffect(() => { onBursts(new Set(clips.map(({ session, id }) => session ?? id)).size); }, [clips]);
  useEffect(() => setChosen(null), [label]);

  const changed = () => { setOpened(null); reload(); onChange(); };
  const toggle = (/** @type {string} */ id) => setChosen((/** @type {Set<string> | null} */ before) => toggled(before ?? new Set(), id));
  if (problem) return html`<${Problem} message=${problem} onRetry=${reload} />`;
  return html`
    <${Choosing} project=${project} chosen=${chosen} onChoose=${setChosen} onChange=${changed} />
    <ul class="photos" aria-label=${t('Photos of {label}', { label })}>
      ${clips.map((/** @type {api.Clip} */ clip) => html`
        <li key=${clip.id}>
          <button type="button" aria-label=${nameOf(clip)} aria-pressed=${chosen ? chosen.has(clip.id) : null}
            onClick=${() => (chosen ? toggle(clip.id) : setOpened(clip))}>
            <img src=${api.photoUrl(project, clip.id)} alt="" loading="lazy" decoding="async" width=${clip.width} height=${clip.height} />
          </button>
        </li>`)}
    </ul>
    ${more && html`<button class="button" type="button" onClick=${more}>${t('Show more photos')}</button>`}
    ${opened && html`<${Large} clip=${opened} labels=${labels} onClose=${() => setOpened(null)} onChange=${changed} />`}`;
}

/** @param {{ project: string, chosen: Set<string> | null, onChoose: (ids: Set<string> | null) => void, onChange: () => void }} props */
function Choosing({ project, chosen, onChoose, onChange }) {
  const [sure, setSure] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => setSure(false), [chosen]);

  async function remove() {
    setDeleting(true);
    setProblem('');
    try {
      for (const id of chosen ?? []) await api.deleteClip(project, id);
      onChoose(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setDeleting(false);
    onChange();
  }
  const what = counted(chosen?.size ?? 0, 'vision');
  return html`
    <div class="row choosing">
      <button class="button" type="button" aria-expanded=${chosen !== null} onClick=${() => onChoose(chosen ? null : new Set())}>${chosen ? t('Cancel') : t('Select several')}</button>
      ${chosen && html`<button class="button" type="button" disabled=${deleting || !chosen.size} onClick=${sure ? remove : () => setSure(true)}>${sure ? t('Delete {what} for good', { what }) : t('Delete {what}', { what })}</button>`}
    </div>
    ${problem && html`<${Problem} message=${problem} />`}`;
}

/** @param {{ clip: api.Clip, labels: string[], onClose: () => void, onChange: () => void }} props */
function Large({ clip, labels, onClose, onChange }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  const { project, id, width, height } = clip;
  // A click on the dialog itself is one beside what is in it.
  const onClick = (/** @type {Event} */ event) => { if (event.target === dialog.current) onClose(); };
  return html`
    <dialog class="large" ref=${dialog} aria-label=${nameOf(clip)} onClose=${onClose} onClick=${onClick}>
      <div class="stack">
        <img src=${api.photoUrl(project, id)} alt=${t('Photo of {label}', { label: clip.label })} width=${width} height=${height} />
        <div class="spread"><span class="small quiet numbers">${takenAt(clip)}<br />${t('{width} × {height} pixels', { width: width ?? 0, height: height ?? 0 })}</span>
          <button class="button" type="button" onClick=${onClose}>${t('Close')}</button></div>
        <${ClipActions} clip=${clip} labels=${labels} onChange=${onChange} />
      </div>
    </dialog>`;
}
