/** The frame around every page. */

import { html, useEffect, useRef } from '../../vendor/preact.js';
import { useStore } from '../data/store.js';
import { Announcer } from './parts/announce.js';
import { Icon } from './parts/icons.js';
import { Problem, UpdateNotice } from './parts/notices.js';
import { STEPS } from './parts/page.js';
import { route } from './router.js';

/** What is not a step; on a phone it is behind More. */
export const DOORS = [
  { path: '/camera', name: 'Camera', icon: 'translate', says: 'Point the phone at a thing: its name in another language.' },
  { path: '/kernels', name: 'How it sees', icon: 'kernel', says: 'Pictures through a few numbers of yours, and through those that a network learned.' },
  { path: '/board', name: 'Board', icon: 'board', says: 'What the Arduino hears, and recording with its microphone.' },
  { path: '/microphone', name: 'Microphone check', icon: 'check', says: 'Does this phone hear what the model was trained on?' },
  { path: '/join', name: 'Join other phones', icon: 'join', says: 'A code to scan, so that more phones can record.' },
  { path: '/projects', name: 'Projects', icon: 'projects', says: 'Each project has its own words, or its own pictures.' },
  { path: '/about', name: 'About and privacy', icon: 'about', says: 'What Nestling is and where your voice stays.' },
];

export function App() {
  const { path, Component, problem } = useStore(route);
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
    <button class="button skip" type="button" onClick=${focusHeading}>Skip to the content</button>
    <div class="frame">
      <main ref=${main}>
        <${UpdateNotice} />
        ${problem && html`<${Problem} message=${problem} onRetry=${() => location.reload()} />`}
        ${Component && html`<${Component} key=${path} />`}
      </main>
      <${Navigation} path=${path} />
    </div>
    <${Announcer} />`;
}

/** @param {{ path: string }} props */
function Navigation({ path }) {
  const behindMore = path === '/more' || DOORS.some((door) => door.path === path);
  return html`
    <nav class="nav" aria-label="Pages">
      <p class="brand"><img src="icons/nestling.svg" alt="" width="40" height="40" />Nestling</p>
      <ul>
        ${STEPS.map((step) => html`<li><a href=${`#${step.path}`} aria-current=${step.path === path ? 'page' : null}>
          <${Icon} name=${step.icon} /><span class="bar-only">${step.short}</span><span class="rail-only">${step.name}</span></a></li>`)}
        <li class="bar-only"><a href="#/more" aria-current=${behindMore ? 'page' : null}><${Icon} name="more" />More</a></li>
        ${DOORS.map((door, i) => html`<li class=${`rail-only ${i === 0 ? 'apart' : ''}`}><a href=${`#${door.path}`} aria-current=${door.path === path ? 'page' : null}>
          <${Icon} name=${door.icon} />${door.name}</a></li>`)}
      </ul>
    </nav>`;
}
