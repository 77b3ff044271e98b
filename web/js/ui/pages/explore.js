/** Data explorer: every clip a dot, what is alike lies together; heard with a tap, gathered with a lasso. */

import { html, useEffect, useMemo, useRef, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { readEvaluation, readLooks, readMap } from '../../data/explore.js';
import { project, refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn } from '../i18n.js';
import { BundlePicker, useBundle } from '../parts/bundle.js';
import { Choice } from '../parts/explore/choice.js';
import { byAnswer, byLabel, bySplit, splitNames } from '../parts/explore/colours.js';
import { useFixes } from '../parts/explore/fixes.js';
import { hear, hush } from '../parts/explore/hear.js';
import { useLayout } from '../parts/explore/layout.js';
import { Embedding } from '../parts/explore/embedding.js';
import { One } from '../parts/explore/one.js';
import { Plot } from '../parts/explore/plot.js';
import { around } from '../parts/explore/points.js';
import { Selection } from '../parts/explore/selection.js';
import { AccessNotice, Problem, Welcome } from '../parts/notices.js';
import { announce } from '../parts/announce.js';
import { counted } from '../parts/kind.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';

/** @typedef {import('../../data/explore.js').ClipMap} ClipMap */
/** @typedef {import('../../data/explore.js').Evaluation} Evaluation */
/** @typedef {import('../../data/api.js').Project} Project */
/** @typedef {import('../parts/explore/colours.js').By} By */

const FEATURES = 'features';
const N_NEAREST = 10;
const LOOK_AGAIN_MS = 2000;

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export function ExplorePage() {
  useStyles('css/explore.css');
  const { project: name } = useStore(settings);
  const current = useStore(project);
  useEffect(() => {
    refreshProject();
    return hush;
  }, [name]);
  const state = current && html`${t('Project')} <strong>${name}</strong>: ${counted(current.n_clips, current.kind)}`;
  return html`
    <${Page} path="/explore" title=${t('Data explorer')} state=${state}>
      <${AccessNotice} />
      ${current && (current.n_clips ? html`<${Explorer} key=${name} current=${current} />` : html`
        <${Welcome} picture="nestling" sentence=${t('Every clip will be a dot here, and what sounds alike will lie together. Record the first ones.')}>
          <a class="button primary" href="#/record">${t('Record')}</a><//>`)}
    <//>`;
}

/** @param {{ current: Project }} props */
function Explorer({ current }) {
  const bundle = useBundle();
  const [from, setFrom] = useState(FEATURES);
  const of = from === FEATURES ? FEATURES : bundle.path;
  const { map, missing, problem, reload, version } = useMap(current.name, of);
  const speech = current.kind === 'speech';
  const sources = { [FEATURES]: t('Sound'), model: t('Model') };
  const source = speech && bundle.path && html`<${Choice} name=${t('Made from')} value=${from} options=${sources} onChange=${setFrom} />`;
  return html`
    ${!map && html`<div class="choices">${source}</div>`}
    ${problem && html`<${Problem} message=${problem} onRetry=${reload} />`}
    ${missing && html`<${Embedding} project=${current.name} bundle=${bundle.path} onDone=${reload} />`}
    ${map && (map.ids.length
      ? html`<${Dots} key=${of} map=${map} current=${current} bundle=${bundle} version=${version} reload=${reload} source=${source} explanation=${explanation(from, speech)} />`
      : html`<p class="quiet" role="status">${t('Looking at the clips ...')}</p>`)}
    ${map && map.left > 0 && html`<${Left} map=${map} bundle=${bundle.path} project=${current.name} reload=${reload} />`}`;
}

/** @param {string} from @param {boolean} speech */
function explanation(from, speech) {
  if (!speech) return t('Each photo is a dot; those of like colours, seen at 8 x 8 pixels, lie together. The same photo is never stored twice; which ones a model confuses, Evaluate shows.');
  if (from === FEATURES) return t('Each clip is a dot; what sounds alike lies together. Groups that mix two labels are hard to tell apart, and a dot far from its own is worth hearing.');
  return t('Each clip as the model sees it, just before it decides. What lies between two groups, the model is unsure of.');
}

/** The map, and again after changes. @param {string} name @param {string} of */
function useMap(name, of) {
  const [map, setMap] = useState(/** @type {ClipMap | null} */ (null));
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState('');
  const [version, setVersion] = useState(0);
  const wanted = useRef('');
  wanted.current = of;

  async function reload() {
    try {
      const found = await readMap(name, of);
      if (wanted.current !== of) return;
      setMap(found);
      setMissing(false);
      setProblem('');
      setVersion((/** @type {number} */ n) => n + 1);
    } catch (error) {
      learnFrom(error);
      if (wanted.current !== of) return;
      const isMissing = of !== FEATURES && /** @type {any} */ (error).status === 404;
      setMissing(isMissing);
      setProblem(isMissing ? '' : sentence(error));
    }
  }
  useEffect(() => {
    setMap(null);
    setMissing(false);
    reload();
  }, [name, of]);
  return { map, missing, problem, reload, version };
}

/** Clips that are not on the map: those of features come by themselves. @param {{ map: ClipMap, bundle: string, project: string, reload: () => unknown }} props */
function Left({ map, bundle, project: name, reload }) {
  useEffect(() => {
    if (map.of !== FEATURES) return undefined;
    const timer = setInterval(async () => {
      try {
        const { done, of } = await readLooks(name);
        if (done >= of || done > map.ids.length * 1.2) await reload();
      } catch (error) {
        learnFrom(error);
      }
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [map]);
  if (map.of === FEATURES) return html`<p class="quiet numbers" role="status">${tn(map.left, '{n} clip is still being looked at; it comes by itself.', '{n} clips are still being looked at; they come by themselves.')}</p>`;
  return html`
    <p class="quiet numbers">${tn(map.left, '{n} clip came after the model was asked.', '{n} clips came after the model was asked.')}</p>
    <${Embedding} project=${name} bundle=${bundle} onDone=${reload} />`;
}

/** @param {{ map: ClipMap, current: Project, bundle: import('../parts/bundle.js').Chosen, version: number, reload: () => Promise<void>, source: any, explanation: string }} props */
function Dots({ map, current, bundle, version, reload, source, explanation: says }) {
  const [by, setBy] = useState(/** @type {By} */ ('label'));
  const [hidden, setHidden] = useState(/** @type {Set<number>} */ (new Set()));
  const { evaluation, lacks } = useEvaluation(bundle, by === 'right');
  const layout = useLayout(current.name, map);
  const colouring = useMemo(() => {
    if (by === 'split') return bySplit(map);
    return by === 'right' && evaluation ? byAnswer(map, evaluation) : byLabel(map, current.name);
  }, [map, by, evaluation]);
  const { chosen, at, ...select } = useSelection(map);
  const fixes = useFixes(current.name, async () => { await Promise.all([reload(), refreshProject()]); });
  const labels = current.labels.map(({ label }) => label);
  const clipOf = (/** @type {number} */ i) => ({
    id: map.ids[i], project: current.name, label: map.labels[map.label[i]], split: map.splits[map.split[i]] ?? null, disabled: Boolean(map.disabled[i]), dot: i,
  });
  const describe = (/** @type {number} */ i) => describeClip(clipOf(i), chosen.has(i));
  const play = (/** @type {number} */ i) => current.kind === 'speech' && readAndHear(current.name, map.ids[i]);
  const onCurrent = (/** @type {number} */ i, /** @type {'tap' | 'walk'} */ how) => {
    select.show(i);
    announce(describe(i));
    if (how === 'tap') play(i);
  };
  const change = (/** @type {By} */ next) => { setBy(next); setHidden(new Set()); };
  const speech = current.kind === 'speech';
  return html`
    <div class="choices">
      ${source}
      <${Choice} name=${t('Colour by')} value=${by} options=${colourings(Boolean(bundle.path))} onChange=${change} />
      ${layout.choice}
    </div>
    ${(source || by === 'right') && html`<${BundlePicker} ...${bundle} />`}
    ${by === 'right' && lacks && html`<p class="quiet">${lacks}</p>`}
    ${layout.progress}
    <div class="explore">
      <div class="stack">
        <${Plot} points=${layout.points} colouring=${colouring} hidden=${hidden} faint=${map.disabled} chosen=${chosen} current=${at} describe=${describe}
          onCurrent=${onCurrent} onHear=${play} onToggle=${select.toggle} onLasso=${select.lasso} />
        <${Legend} groups=${colouring.groups} hidden=${hidden} onHide=${setHidden} />
        <p>${says}</p>
        <p class="small quiet" id="plot-help">${help(speech)} ${layout.says}</p>
      </div>
      <div class="stack">
        ${fixes.notice}
        ${at >= 0 && html`<${One} project=${current} id=${map.ids[at]} version=${version} labels=${labels} fixes=${fixes} isChosen=${chosen.has(at)}
          onToggle=${() => select.toggle(at)} onAround=${() => select.lasso(around(layout.points, at, N_NEAREST, () => true), true)} />`}
        <${Selection} clips=${[...chosen].map(clipOf)} labels=${labels} speech=${speech} fixes=${fixes} onClear=${select.clear} onToggle=${select.toggle} onShow=${select.show} />
      </div>
    </div>
    <div class="action"><a class="button primary" href="#/preprocess">${t('Go on to Preprocess')}</a></div>`;
}

/** @param {boolean} speech */
const help = (speech) => (speech
  ? t('Tap a dot to hear it; draw around some to select them. With the keyboard: arrow keys walk from dot to dot, Enter plays, the space bar selects.')
  : t('Tap a dot to see its photo; draw around some to select them. With the keyboard: arrow keys walk from dot to dot, the space bar selects.'));

/** @param {boolean} withModel */
const colourings = (withModel) => ({ label: t('Label'), split: t('Split'), ...(withModel && { right: t('Right or wrong') }) });

/** @param {string} name @param {string} id */
async function readAndHear(name, id) {
  try {
    const { readClip } = await import('../../data/api.js');
    await hear(await readClip(name, id));
  } catch (error) {
    announce(sentence(error));
  }
}

/** @param {import('../parts/explore/selection.js').Chosen} clip @param {boolean} isChosen */
const describeClip = ({ label, split, disabled }, isChosen) => (
  [label, split && splitNames()[split], disabled && t('disabled'), isChosen && t('selected')].filter(Boolean).join(', '));

/** What the chosen model said of each clip that it was judged by; `lacks`: why there is nothing. @param {import('../parts/bundle.js').Chosen} bundle @param {boolean} wanted */
function useEvaluation({ path, manifest }, wanted) {
  const [evaluation, setEvaluation] = useState(/** @type {Evaluation | null} */ (null));
  const [problem, setProblem] = useState('');
  const has = Boolean(manifest?.files?.['evaluation.json']);
  useEffect(() => {
    setEvaluation(null);
    setProblem('');
    if (wanted && has) readEvaluation(path).then(setEvaluation, (error) => setProblem(sentence(error)));
  }, [path, wanted, has]);
  return { evaluation, lacks: has ? problem : t('This model does not tell what it said of each clip. Models that are trained from now on do; colours are those of the labels.') };
}

/** The dot at hand and those that are selected; by their ids, so that they stay when the map comes anew. @param {ClipMap} map */
function useSelection(map) {
  const [ids, setIds] = useState(/** @type {Set<string>} */ (new Set()));
  const [atId, setAtId] = useState('');
  const index = useMemo(() => new Map(map.ids.map((id, i) => [id, i])), [map]);
  const chosen = useMemo(() => new Set([...ids].flatMap((id) => index.get(id) ?? [])), [ids, index]);
  const toggle = (/** @type {number} */ i) => setIds(toggled(ids, map.ids[i]));
  const lasso = (/** @type {number[]} */ dots, /** @type {boolean} */ adds) => {
    setIds(new Set([...(adds ? ids : []), ...dots.map((i) => map.ids[i])]));
    announce(tn(dots.length, '{n} clip selected', '{n} clips selected'));
  };
  return { chosen, at: index.get(atId) ?? -1, toggle, lasso, clear: () => setIds(new Set()), show: (/** @type {number} */ i) => setAtId(map.ids[i]) };
}

/** @template T @param {Set<T>} set @param {T} value */
function toggled(set, value) {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

/** @param {{ groups: import('../parts/explore/colours.js').Group[], hidden: Set<number>, onHide: (hidden: Set<number>) => void }} props */
const Legend = ({ groups, hidden, onHide }) => html`
  <div class="legend" role="group" aria-label=${t('Shown on the map')}>
    ${groups.map((group, i) => group.n > 0 && html`
      <button class="button" type="button" key=${group.name} aria-pressed=${!hidden.has(i)} onClick=${() => onHide(toggled(hidden, i))}>
        <i class=${group.shape === 'cross' ? 'cross' : 'dot'} style=${group.shape === 'cross' ? {} : { background: group.colour }}></i>${group.name} <span class="numbers quiet">${group.n}</span></button>`)}
  </div>`;
