/** The frame around every page. */

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { settings } from '../data/settings.js';
import { useStore } from '../data/store.js';
import { t } from './i18n.js';
import { Announcer } from './parts/announce.js';
import { Icon } from './parts/icons.js';
import { Problem, UpdateNotice } from './parts/notices.js';
import { isAt, steps } from './parts/page.js';
import { Part } from './parts/part.js';
import { route } from './router.js';

/** What is not a step; on a phone it is behind More, and so is what the rail does not show. */
export const doors = () => [
  { path: '/camera', rail: true, name: t('Camera'), icon: 'translate', says: t('Point the phone at a thing: its name in another language.') },
  { path: '/board', rail: true, name: t('Board'), icon: 'board', says: t('What the Arduino hears, and recording with its microphone.') },
  { path: '/learn', rail: true, name: t('Learn'), icon: 'learn', says: t('Short pages to try: what learning is, a neuron, precision. And a tour along the nine steps.') },
  { path: '/collect', steps: true, name: t('The nine steps'), icon: 'collect', says: t('From the first clip to a model on a board.') },
  { path: '/kernels', name: t('How it sees'), icon: 'kernel', says: t('Pictures through a few numbers of yours, and through those that a network learned.') },
  { path: '/explore', name: t('Data explorer'), icon: 'explore', says: t('Every clip a dot: what sounds alike lies together.') },
  { path: '/search', name: t('Search'), icon: 'search', says: t('Let the computer try many models, and choose among the best.') },
  { path: '/microphone', name: t('Microphone check'), icon: 'check', says: t('Does this phone hear what the model was trained on?') },
  { path: '/join', name: t('Join other phones'), icon: 'join', says: t('A code to scan, so that more phones can record.') },
  { path: '/projects', name: t('Projects'), icon: 'projects', says: t('Each project has its own words, or its own pictures.') },
  { path: '/about', name: t('About and privacy'), icon: 'about', says: t('What Nestling is, where your voice stays, and the language of these pages.') },
];

const loadTour = async () => (await import('./parts/tour.js')).Tour;

export function App() {
  const { path, Component, problem } = useStore(route);
  const { tour } = useStore(settings);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const first = useRef(true);
  const focusHeading = () => /** @type {HTMLElement | undefined} */ (main.current?.querySelector('h1'))?.focus();
  useEffect(() => {
    const heading = main.current?.querySelector('h1')?.textContent;
    document.title = heading ? `${heading} - Nestling` : 'Nestling';
    if (heading && !first.current) {
      scrollTo(0, 0);
      focusHeading();
    }
    first.current = first.current && !heading;
  }, [path, Component]);

  return html`
    <button class="button skip" type="button" onClick=${focusHeading}>${t('Skip to the content')}</button>
    <div class="frame">
      <main ref=${main}>
        <${UpdateNotice} />
        ${problem && html`<${Problem} message=${problem} onRetry=${() => location.reload()} />`}
        ${Component && tour && html`<${Part} load=${loadTour} path=${path} />`}
        ${Component && html`<${Component} key=${path} />`}
      </main>
      <${Navigation} path=${path} />
    </div>
    <${Announcer} />`;
}

/** @param {{ path: string }} props */
function Navigation({ path }) {
  const at = steps().find((step) => isAt(step, path));
  const inRail = doors().filter((door) => door.rail);
  const current = (/** @type {boolean} */ is) => (is ? 'page' : null);
  return html`
    <nav class="nav" aria-label=${t('Pages')}>
      <p class="brand"><img src="icons/nestling.svg" alt="" width="40" height="40" />Nestling</p>
      <ul>
        <li class="bar-only"><a href="#/record" aria-current=${current(path === '/record')}><${Icon} name="record" />${t('Record')}</a></li>
        ${steps().map((step) => html`<li class=${step.bar ? '' : 'rail-only'}><a href=${`#${step.path}`} aria-current=${current(isAt(step, path))}>
          <${Icon} name=${step.icon} />${step.bar && html`<span class="bar-only">${step.bar}</span>`}<span class="rail-only">${step.name}</span></a></li>`)}
        ${inRail.map((door, i) => html`<li class=${`rail-only ${i === 0 ? 'apart' : ''}`}><a href=${`#${door.path}`} aria-current=${current(door.path === path)}>
          <${Icon} name=${door.icon} />${door.name}</a></li>`)}
        <li class="bar-only"><a href="#/more" aria-current=${current(!(at?.bar || path === '/record'))}><${Icon} name="more" />${t('More')}</a></li>
        <li class="rail-only"><a href="#/more" aria-current=${current(!at && !inRail.some((door) => door.path === path))}><${Icon} name="more" />${t('More')}</a></li>
      </ul>
    </nav>`;
}
