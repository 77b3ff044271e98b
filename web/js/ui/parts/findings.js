/** Clips that should be heard: the same twice, silent, too loud, cut off, or among clips of another label. One tap to hear, one to fix. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { calm } from '../../data/calm.js';
import { readFindings, readLooks } from '../../data/explore.js';
import { refreshProject } from '../../data/project.js';
import { onSent } from '../../data/queue.js';
import { t, tn } from '../i18n.js';
import { Chips } from './chips.js';
import { takenAt } from './clips.js';
import { HearButton, hush } from './explore/hear.js';
import { LeaveOut, Relabel, Remove, useFixes } from './explore/fixes.js';
import { Dot } from './label.js';
import { Problem } from './notices.js';
import { useStyles } from './styles.js';

/** @typedef {import('../../data/explore.js').Finding} Finding */
/** @typedef {import('../../data/explore.js').FindingKind} FindingKind */
/** @typedef {import('../../data/explore.js').Findings} Found */

const PAGE = 10;
const LOOK_AGAIN_MS = 2000; // while the server has not looked at all clips

/** @returns {Record<FindingKind, { name: string, says: string }>} */
const KINDS = () => ({
  duplicate: { name: t('The same twice'), says: t('These hold the same recording. Twice in training it counts twice; in training and test it makes the test too easy. Keep one.') },
  near_duplicate: { name: t('Nearly the same'), says: t('These sound like one recording, louder or softer, cut or saved differently. Keep one, unless they are two takes.') },
  silent: { name: t('Silent'), says: t('Nothing is heard above the noise of the room. Listen, then delete it or record it again.') },
  clipped: { name: t('Too loud'), says: t('The microphone was at its limit, which makes another sound of the word. Record it again, further away.') },
  cut_off: { name: t('Cut off'), says: t('The word reaches into the beginning or the end. Record it again, in the middle.') },
  odd: { name: t('Among others'), says: t('The five clips that sound most alike all bear another label. Listen: is it under the wrong one?') },
});

/** @param {{ current: import('../../data/api.js').Project, onChange?: () => unknown }} props `onChange` hears when clips were changed */
export function Findings({ current, onChange }) {
  useStyles('css/explore.css');
  const [kind, setKind] = useState(/** @type {FindingKind | null} */ (null));
  const { found, more, problem, reload } = useFindings(current.name, kind);
  const fixes = useFixes(current.name, async () => {
    await Promise.all([reload(), refreshProject()]);
    await onChange?.();
  });
  useEffect(() => hush, []);
  if (current.kind !== 'speech') return null;
  if (problem) return html`<${Problem} message=${problem} onRetry=${reload} />`;
  if (!found) return html`<p class="quiet">${t('Looking at the clips ...')}</p>`;
  const names = KINDS();
  const kinds = /** @type {FindingKind[]} */ (Object.keys(names)).filter((name) => found.counts[name] > 0);
  const shown = kind && kinds.includes(kind) ? kind : null;
  const options = kinds.map((value) => ({ value, content: html`${names[value].name} <span class="numbers quiet">${found.counts[value]}</span>` }));
  return html`
    <section class="stack findings" aria-labelledby="findings">
      <h2 id="findings">${t('Clips to hear again')}</h2>
      <${Progress} looks=${found.looks} none=${kinds.length === 0} />
      ${fixes.notice}
      ${kinds.length > 0 && html`<${Chips} name="finding" legend=${t('What was found')} value=${shown} options=${options} onChange=${setKind} />`}
      ${shown && html`<p class="quiet">${names[shown].says}</p>
        <ul class="stack">
          ${found.findings.map((/** @type {Finding} */ finding) => html`<${Item} key=${`${finding.kind}${finding.clips[0].id}`} finding=${finding} current=${current} fixes=${fixes} />`)}
        </ul>
        ${more && html`<button class="button" type="button" onClick=${more}>${t('Show more')}</button>`}`}
    </section>`;
}

/** @param {{ looks: import('../../data/explore.js').Looks, none: boolean }} props */
function Progress({ looks: { done, of }, none }) {
  if (done < of) return html`<p class="quiet numbers" role="status">${t('Looked at {done} of {of} clips; the others follow by themselves.', { done, of })}</p>`;
  if (none) return html`<p class="quiet numbers">${of ? tn(of, '{n} clip was looked at: it is neither silent nor too loud nor cut off.', '{n} clips were looked at: none stands twice, is silent, too loud or cut off, or lies among those of another label.') : t('What should be heard again will stand here.')}</p>`;
  return null;
}

/** The counts, and the findings of one kind, a page at a time. @param {string} project @param {FindingKind | null} kind */
function useFindings(project, kind) {
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  const [problem, setProblem] = useState('');
  const limit = useRef(PAGE);
  const asked = useRef('');
  asked.current = `${project} ${kind}`;

  async function load() {
    const question = asked.current;
    try {
      const answer = await readFindings(project, kind ? { kind, limit: limit.current } : { limit: 1 });
      if (question === asked.current) setFound(answer);
      setProblem('');
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => {
    limit.current = PAGE;
    load();
    const again = calm(load);
    onSent.add(again);
    return () => { onSent.delete(again); };
  }, [project, kind]);
  useUntilLookedAt(project, found, load);
  const more = found?.next && (() => { limit.current += PAGE; return load(); });
  return { found, more, problem, reload: load };
}

/** Ask again for as long as the server is still looking. @param {string} project @param {Found | null} found @param {() => unknown} load */
function useUntilLookedAt(project, found, load) {
  useEffect(() => {
    if (!found || found.looks.done >= found.looks.of) return undefined;
    const timer = setTimeout(() => readLooks(project).then(load, learnFrom), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [found]);
}

/** @param {{ finding: Finding, current: import('../../data/api.js').Project, fixes: import('./explore/fixes.js').Fixes }} props */
function Item({ finding: { kind, clips, detail }, current, fixes }) {
  const labels = current.labels.map(({ label }) => label);
  return html`
    <li class="card tight stack">
      ${kind === 'odd' && html`<p class="numbers">${t('{n} of {of} that sound alike are {label}.', { n: detail.n, of: detail.of, label: detail.label })}</p>`}
      <ul class="stack">
        ${clips.map((clip) => html`<${Heard} key=${clip.id} clip=${clip} labels=${labels} fixes=${fixes} likely=${detail.label} />`)}
      </ul>
    </li>`;
}

/** @param {{ clip: import('../../data/explore.js').Clip, labels: string[], fixes: import('./explore/fixes.js').Fixes, likely?: string }} props */
function Heard({ clip, labels, fixes, likely }) {
  const [problem, setProblem] = useState('');
  const name = t('{label}, {when}', { label: clip.label, when: takenAt(clip) });
  return html`
    <li class="stack close">
      <p class="row"><${Dot} label=${clip.label} project=${clip.project} labels=${labels} /><strong>${clip.label}</strong>
        <span class="small quiet numbers">${takenAt(clip)}${clip.speaker && ` · ${clip.speaker}`}</span></p>
      <div class="row">
        <${HearButton} clip=${clip} name=${name} onProblem=${setProblem} />
        ${likely && html`<button class="button" type="button" disabled=${fixes.busy} onClick=${() => fixes.relabel([clip], likely)}>${t('It is {label}', { label: likely })}</button>`}
        <${Relabel} clips=${[clip]} labels=${labels} fixes=${fixes} name=${name} />
        <${LeaveOut} clips=${[clip]} fixes=${fixes} name=${name} />
        <${Remove} clips=${[clip]} fixes=${fixes} name=${name} />
      </div>
      ${problem && html`<p class="small warn" role="alert">${problem}</p>`}
    </li>`;
}
