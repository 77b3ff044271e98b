/** Learn: short pages to try, and the tour along the nine steps. */

import { html, useState } from '../../../vendor/preact.js';
import { useStore } from '../../data/store.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Loop } from '../parts/learn/loop.js';
import { Neuron } from '../parts/learn/neuron.js';
import { Precision } from '../parts/learn/precision.js';
import { Rules } from '../parts/learn/rules.js';
import { Sizes } from '../parts/learn/sizes.js';
import { Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';
import { addressOf, route } from '../router.js';
import { startTour } from '../tour.js';

const lessons = () => [
  { name: 'rules', icon: 'design', title: t('Rules or learning'), says: t('Walking, running, biking: a rule tells them apart. Then somebody golfs.'), Lesson: Rules },
  { name: 'neuron', icon: 'explore', title: t('A neuron'), says: t('Inputs, weights, a bias, an activation: drag, and watch what comes out.'), Lesson: Neuron },
  { name: 'loop', icon: 'train', title: t('The training loop'), says: t('Guess, count the mistakes, improve. Points in a plane and one line.'), Lesson: Loop },
  { name: 'sizes', icon: 'board', title: t('Microprocessor and microcontroller'), says: t('A laptop and a board: orders of magnitude, and what fits.'), Lesson: Sizes },
  { name: 'precision', icon: 'optimize', title: t('What precision means'), says: t('A curve with fewer and fewer levels, and what 8 bits leave of a number.'), Lesson: Precision },
];

export function LearnPage() {
  useStyles('css/learn.css');
  const { query } = useStore(route);
  const all = lessons();
  const at = all.findIndex(({ name }) => name === query.get('page'));
  if (at < 0) return html`<${Index} lessons=${all} />`;
  const { title, says, Lesson, name } = all[at];
  const next = all[at + 1];
  return html`
    <${Page} path="/learn" title=${title} state=${says} key=${name}>
      <${Lesson} />
      <div class="action">
        ${next ? html`<a class="button primary" href=${addressOf('/learn', { page: next.name })}>${t('Next: {title}', { title: next.title })}</a>` : html`<a class="button primary" href="#/learn">${t('All short pages')}</a>`}
      </div>
    <//>`;
}

/** @param {{ lessons: ReturnType<typeof lessons> }} props */
function Index({ lessons: all }) {
  const { share, problem, start } = useTour();
  return html`
    <${Page} path="/learn" title=${t('Learn')} state=${t('Short pages to try, from rules to int8. Then the nine steps, with a project that is there at once.')}>
      ${problem && html`<${Problem} message=${problem} />`}
      <ul class="card doors">
        ${all.map(({ name, icon, title, says }) => html`<li><a href=${addressOf('/learn', { page: name })}><${Icon} name=${icon} /><strong>${title}</strong><span class="small quiet">${says}</span></a></li>`)}
        <li><a href="#/kernels"><${Icon} name="kernel" /><strong>${t('How it sees')}</strong><span class="small quiet">${t('Kernels that you can change, and the features that the network found.')}</span></a></li>
      </ul>
      <section class="card stack">
        <h2>${t('The tour')}</h2>
        <p>${t('From clips to a board in nine steps, a sentence or two at each. The sample project has words by synthetic voices, so no microphone is needed.')}</p>
        ${share !== null && html`<div role="status"><p class="numbers">${t('The voices speak: {share} %', { share: Math.round(100 * share) })}</p><div class="bar" aria-hidden="true"><i style=${{ transform: `scaleX(${share})` }}></i></div></div>`}
      </section>
      <div class="action"><button class="button primary" type="button" disabled=${share !== null} onClick=${start}><${Icon} name="learn" />${t('Take the tour')}</button></div>
    <//>`;
}

function useTour() {
  const [share, setShare] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState('');
  async function start() {
    setProblem('');
    setShare(0);
    try {
      await startTour(setShare);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setShare(null);
  }
  return { share, problem, start };
}
