/** Rules against learning: three activities can be told by their speed; the fourth breaks the rule. */

import { html, useMemo, useState } from '../../../../vendor/preact.js';
import { activities, learnClasses } from '../../../dsp/toy.js';
import { t } from '../../i18n.js';
import { colour } from '../canvas.js';
import { Chips } from '../chips.js';
import { Drawing, Slider, fillCell, mark } from './drawing.js';

const FASTEST = 24; // km/h at the right edge
const CELLS = 48;
const N_EACH = 40;
const names = () => [t('walking'), t('running'), t('biking'), t('golfing')];

export function Rules() {
  const [limits, setLimits] = useState([9, 12]);
  const [golf, setGolf] = useState(false);
  const [learned, setLearned] = useState(false);
  const points = useMemo(() => activities(7, N_EACH).filter(({ label }) => golf || label < 3), [golf]);
  const model = useMemo(() => (learned ? learnClasses(points, 4, 400) : null), [learned, points]);
  const rule = (/** @type {number} */ x) => Number(x * FASTEST >= limits[0]) + Number(x * FASTEST >= limits[1]);
  const answer = model ?? rule;
  const right = points.filter(({ x, y, label }) => answer(x, y) === label).length;
  const share = t('{share} % of {n} people are told rightly.', { share: Math.round((100 * right) / points.length), n: points.length });
  return html`
    <p>${t('A program of rules is written by a person: if the speed is below a limit, it is walking. Move the limits until the rule is right.')}</p>
    <${Chips} name="golf" legend=${t('Who is measured')} value=${golf} onChange=${setGolf}
      options=${[{ value: false, content: t('walking, running, biking') }, { value: true, content: t('golfing as well') }]} />
    <${Drawing} name=${t('Speed from left to right, how much it varies from bottom to top. {share}', { share })} draw=${(/** @type {any} */ sheet) => drawPlane(sheet, points, answer)} />
    <p class="small quiet spread axis"><span>0 km/h</span><span>${t('speed')}</span><span>${FASTEST} km/h</span></p>
    <ul class="legend">${names().slice(0, golf ? 4 : 3).map((name, i) => html`<li><i class=${`shape shape-${i}`} aria-hidden="true"></i>${name}</li>`)}</ul>
    ${!model && html`
      <${Slider} name=${t('Running begins at')} value=${limits[0]} low=${1} high=${FASTEST} step=${0.5} shown=${`${limits[0]} km/h`} onChange=${(/** @type {number} */ value) => setLimits([value, Math.max(value, limits[1])])} />
      <${Slider} name=${t('Biking begins at')} value=${limits[1]} low=${1} high=${FASTEST} step=${0.5} shown=${`${limits[1]} km/h`} onChange=${(/** @type {number} */ value) => setLimits([Math.min(value, limits[0]), value])} />
      <pre class="log" tabindex="0">${`if speed < ${limits[0]}: ${names()[0]}\nelse if speed < ${limits[1]}: ${names()[1]}\nelse: ${names()[2]}${golf ? `\n# ${names()[3]}?` : ''}`}</pre>`}
    <p role="status"><strong>${share}</strong> ${told(golf, Boolean(model))}</p>
    <div class="row"><button class="button" type="button" aria-pressed=${learned} onClick=${() => setLearned(!learned)}>${learned ? t('Back to the rule') : t('Learn from the examples')}</button></div>`;
}

/** @param {boolean} golf @param {boolean} isLearned */
function told(golf, isLearned) {
  if (isLearned) return t('Nobody wrote these borders: they were found from the examples and their labels, with two numbers of each person.');
  if (golf) return t('Whoever golfs walks and stands. No limit on the speed can tell that from walking: the rule has broken.');
  return t('A rule is enough here, and everybody can read it.');
}

/** @param {import('./drawing.js').Sheet} sheet @param {import('../../../dsp/toy.js').Point[]} points @param {(x: number, y: number) => number} answer */
function drawPlane({ context, width, height }, points, answer) {
  const colours = [0, 1, 2, 3].map((i) => colour(`--label-${i}`));
  context.globalAlpha = 0.22;
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      context.fillStyle = colours[answer((column + 0.5) / CELLS, 1 - (row + 0.5) / CELLS)];
      fillCell(context, column, row, CELLS, width, height);
    }
  }
  context.globalAlpha = 1;
  for (const { x, y, label } of points) {
    context.fillStyle = colours[label];
    mark(context, label, x * width, (1 - y) * height, 4);
  }
}
