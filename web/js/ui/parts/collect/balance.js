/** How many clips of each label there are, in which split, what is missing, and what the workshop says about such data. */

import { html } from '../../../../vendor/preact.js';
import { SPLITS } from '../../../data/collect.js';
import { GOOD, NOISE, RESERVED, UNKNOWN } from '../../../data/project.js';
import { t, tn } from '../../i18n.js';
import { Dot } from '../label.js';
import { splitByNames, splitNames } from './names.js';

/** @typedef {import('../../../data/collect.js').Counts} Counts */
/** @typedef {import('../../../data/collect.js').LabelCounts} LabelCounts */
/** @typedef {import('../../../data/api.js').Project} Project */

const MAX_TIPS = 3;
const SHORT_WORD = 4; // letters: what is that short is confused with other words
const MIN_SPEAKERS_N = 20; // clips, before it is asked whose voices they are

/** @param {LabelCounts} label */
const used = ({ n, disabled }) => n - disabled;

/** What a label lacks, in a sentence; '' when nothing. @param {LabelCounts} counts @param {Counts} all @param {Project} project */
export function missing(counts, { labels }, { minimum, kind }) {
  const n = used(counts);
  const thing = counts.label;
  if (kind === 'speech' && counts.label === NOISE) return '';
  const most = Math.max(...labels.filter(({ label }) => !RESERVED.includes(label)).map(used), 0);
  if (n < minimum) return tn(minimum - n, '{n} more {label} is needed to train.', '{n} more {label} are needed to train.', { label: thing });
  if (n < most) return tn(most - n, '{n} more {label} would balance the set.', '{n} more {label} would balance the set.', { label: thing });
  if (n < GOOD) return tn(GOOD - n, '{n} more {label} would make a good start.', '{n} more {label} would make a good start.', { label: thing });
  return '';
}

/** The workshop's tips that apply to these words. @param {Counts} counts @returns {string[]} */
export function tips({ labels, split_by: by }) {
  const words = labels.filter(({ label }) => !RESERVED.includes(label));
  const most = Math.max(...words.map(used), 0);
  const total = labels.reduce((sum, label) => sum + used(label), 0);
  const others = labels.find(({ label }) => label === UNKNOWN);
  const sources = new Set(labels.flatMap((label) => Object.keys(label.sources)));
  const short = words.find(({ label }) => [...label].length <= SHORT_WORD);
  /** @type {[unknown, string][]} */
  const found = [
    [words.length > 0 && used(others ?? { label: '', n: 0, disabled: 0, splits: { train: 0, validation: 0, test: 0 }, sources: {}, verdicts: {} }) < most,
      t('Record many other words as unknown, more than of any word of yours: the model must learn what to leave alone.')],
    [total >= MIN_SPEAKERS_N && by === 'clip', t('Let several people speak, each in a session of their own: a model that has heard one voice knows one voice.')],
    [words.length > 0 && !sources.has('board'), t('Record where the model will listen, and with its microphone: another room or another microphone sounds like another word.')],
    [short && words.length < 4, t('Uncommon words of several syllables are told apart best; {word} is heard in many other words.', { word: short?.label ?? '' })],
  ];
  return found.flatMap(([applies, tip]) => (applies ? [tip] : [])).slice(0, MAX_TIPS);
}

/** @param {{ counts: Counts, current: Project }} props */
export function Balance({ counts, current }) {
  const names = splitNames();
  const labels = counts.labels.map(({ label }) => label);
  const longest = Math.max(1, ...counts.labels.map(({ n }) => n));
  const advice = current.kind === 'speech' ? tips(counts) : [];
  return html`
    <section class="stack" aria-labelledby="balance">
      <h2 id="balance">${t('What there is')}</h2>
      <ul class="legend small quiet">${SPLITS.map((split) => html`<li class="row"><i class=${`swatch ${split}`}></i>${names[split]}</li>`)}<li class="row"><i class="swatch off"></i>${t('disabled')}</li></ul>
      <ul class="stack balance">
        ${counts.labels.map((label) => html`<${Bar} key=${label.label} counts=${label} longest=${longest} lacks=${missing(label, counts, current)} names=${names}
          dot=${html`<${Dot} label=${label.label} project=${current.name} labels=${labels} />`} />`)}
      </ul>
      <p class="small quiet">${splitByNames()[counts.split_by]}</p>
      ${advice.length > 0 && html`
        <details class="tips" open=${innerWidth >= 900}>
          <summary>${tn(advice.length, '{n} tip', '{n} tips')}</summary>
          <ul class="stack close">${advice.map((tip) => html`<li>${tip}</li>`)}</ul>
        </details>`}
    </section>`;
}

/** @param {{ counts: LabelCounts, longest: number, lacks: string, names: Record<string, string>, dot: any }} props */
function Bar({ counts: { label, n, disabled, splits }, longest, lacks, names, dot }) {
  const parts = [...SPLITS.map((split) => ({ name: split, n: splits[split], says: names[split] })), { name: 'off', n: disabled, says: t('disabled') }];
  const spoken = parts.filter((part) => part.n).map((part) => `${part.n} ${part.says}`).join(', ');
  return html`
    <li>
      <div class="spread"><span class="row">${dot}<strong>${label}</strong></span><span class="numbers">${n}</span></div>
      <div class="parts" aria-hidden="true">
        ${parts.map((part) => html`<i class=${part.name} style=${{ width: `${(100 * part.n) / longest}%` }}></i>`)}
      </div>
      <p class="small numbers"><span class="quiet">${spoken}</span>${lacks && html` <span class="lacks">${lacks}</span>`}</p>
    </li>`;
}
