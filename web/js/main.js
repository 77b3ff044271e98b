/** Starts the page. */

import { html, render } from '../vendor/preact.js';
import { access, enter } from './data/access.js';
import * as queue from './data/queue.js';
import { registerWorker } from './data/update.js';
import { App } from './ui/app.js';
import { loadLanguage } from './ui/i18n.js';
import { startRouting } from './ui/router.js';

await loadLanguage();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));

// An address that names a page needs no answer first; with a server that hangs, Live must open all the same.
const entering = enter();
if (!location.hash.startsWith('#/')) await entering;
await startRouting(access.value.state === 'joined' ? '/record' : '/live');
await entering;
await queue.open();
await registerWorker(); // last: what it fetches for offline use must not delay the first page
