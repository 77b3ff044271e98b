/** The things that were found, newest first, with a way to forget them. */

import { html, useState } from '../../../vendor/preact.js';
import { found, remove, removeAll } from '../../data/found.js';
import { useStore } from '../../data/store.js';
import { languageOf } from '../../data/things.js';
import { t } from '../i18n.js';
import { Icon } from './icons.js';
import { In } from './word.js';

/** @param {string} time */
const when = (time) => new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

export function FoundList() {
  const things = useStore(found);
  if (!things.length) return html`<p class="quiet">${t('The things that you find will stand here. The list stays on this phone.')}</p>`;
  return html`
    <section class="stack close">
      <div class="spread"><h2>${t('Things found')}</h2><${DeleteAll} n=${things.length} /></div>
      <ul class="found" aria-label=${t('Things found')}>
        ${things.map((/** @type {import('../../data/found.js').Found} */ thing) => html`
          <li class="spread" key=${`${thing.word} ${thing.language}`}>
            <span><${In} code=${thing.language} class="what">${thing.word}<//> <${In} code=${thing.own} class="quiet">${thing.name}<//><br />
              <span class="small quiet numbers">${languageOf(thing.language).english}, ${when(thing.time)}</span></span>
            <button class="button bare" type="button" aria-label=${t('Delete {thing}', { thing: thing.word })} onClick=${() => remove(thing)}><${Icon} name="remove" /></button>
          </li>`)}
      </ul>
    </section>`;
}

/** @param {{ n: number }} props */
function DeleteAll({ n }) {
  const [asks, setAsks] = useState(false);
  if (!asks) return html`<button class="button bare" type="button" onClick=${() => setAsks(true)}>${t('Delete all')}</button>`;
  return html`
    <span class="row">
      <button class="button" type="button" onClick=${() => setAsks(false)}>${t('Keep them')}</button>
      <button class="button" type="button" onClick=${removeAll}>${t('Delete {n}', { n })}</button>
    </span>`;
}
