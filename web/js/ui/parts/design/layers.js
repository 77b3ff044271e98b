/** The list of layers, from the features to the scores: each can be opened and changed, moved, and taken out. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { asSentence } from '../../../data/api.js';
import { t, told } from '../../i18n.js';
import { announce } from '../announce.js';
import { Icon } from '../icons.js';
import { added, changed, fresh, moved, removed } from './draft.js';
import { Field } from './fields.js';
import { meaningOf, nameOf, roundly, shapeOf, summaryOf } from './says.js';

/** @typedef {import('../../../data/design.js').Cost} Cost */
/** @typedef {import('../../../data/design.js').Kind} Kind */
/** @typedef {import('../../../data/design.js').Row} Row */
/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./draft.js').Item} Item */

/**
 * @param {{ draft: Draft, cost: Cost | null, isOld: boolean, kinds: Record<string, Kind>, most: number, onDraft: (draft: Draft) => void }} props
 */
export function Layers({ draft, cost, isOld, kinds, most, onDraft }) {
  const [open, setOpen] = useState(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const wanted = useRef(''); // where the focus goes when the list has been drawn again
  useEffect(() => {
    if (wanted.current) /** @type {HTMLElement | null} */ (list.current?.querySelector(wanted.current))?.focus();
    wanted.current = '';
  });
  const { items } = draft;
  // Rows of another list of layers say nothing of this one's.
  const rowAt = (/** @type {number} */ i) => (cost?.layers[i]?.type === items[i].layer.type ? cost.layers[i] : null);

  function move(/** @type {Item} */ { id, layer }, /** @type {number} */ by) {
    const at = items.findIndex((other) => other.id === id) + by;
    const [same, other] = by < 0 ? ['up', 'down'] : ['down', 'up'];
    const isAtEnd = at === (by < 0 ? 0 : items.length - 1); // where the same button can do no more
    wanted.current = `[data-layer="${id}"] .${isAtEnd ? other : same}`;
    onDraft(moved(draft, id, by));
    announce(t('{layer} is now layer {n}', { layer: nameOf(layer.type), n: at + 1 }));
  }
  function remove(/** @type {Item} */ { id, layer }) {
    const at = items.findIndex((other) => other.id === id);
    const next = items[at + 1] ?? items[at - 1];
    wanted.current = next ? `[data-layer="${next.id}"] .name` : '.add';
    onDraft(removed(draft, id));
    announce(t('{layer} is removed. Undo brings it back.', { layer: nameOf(layer.type) }));
  }
  function add(/** @type {string} */ type) {
    const opened = items.findIndex(({ id }) => id === open);
    const next = added(draft, fresh(type, kinds[type]), opened < 0 ? items.length : opened + 1);
    const { id } = next.items[opened < 0 ? items.length : opened + 1];
    wanted.current = `[data-layer="${id}"] .name`;
    setOpen(id);
    onDraft(next);
  }
  const opened = items.findIndex(({ id }) => id === open);
  return html`
    <div class="stack" ref=${list}>
      <ol class="layers" aria-label=${t('Layers')} aria-busy=${isOld}>
        ${cost && html`<li class="card tight end"><${Summary} row=${cost.input} /></li>`}
        ${items.map((item, i) => html`
          <${Layer} key=${item.id} item=${item} number=${i + 1} isLast=${i === items.length - 1} row=${rowAt(i)} kind=${kinds[item.layer.type]}
            isOpen=${item.id === open} onToggle=${() => setOpen(item.id === open ? 0 : item.id)}
            onMove=${(/** @type {number} */ by) => move(item, by)} onRemove=${() => remove(item)}
            onChange=${(/** @type {string} */ name, /** @type {any} */ value) => onDraft(changed(draft, item.id, name, value))} />`)}
        ${cost && html`<li class=${`card tight end ${cost.output.problem ? 'wrong' : ''}`}><${Summary} row=${cost.output} /></li>`}
      </ol>
      ${items.length < most
        ? html`<${Adding} kinds=${kinds} onAdd=${add} where=${opened < 0 ? t('It goes to the end.') : t('It goes below layer {n}, which is open.', { n: opened + 1 })} />`
        : html`<p class="quiet">${t('A network has {n} layers at most.', { n: most })}</p>`}
    </div>`;
}

/** @param {{ up?: boolean }} props */
const Arrow = ({ up }) => html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d=${up ? 'M12 19V5M6 11l6-6 6 6' : 'M12 5v14M6 13l6 6 6-6'} />
  </svg>`;

/** The ends of the network, which are always there. @param {{ row: Row }} props */
const Summary = ({ row }) => html`
  <div class="spread wrap"><strong>${nameOf(row.type)}</strong><span class="numbers">${shapeOf(row.shape)}</span></div>
  <${Figures} row=${row} />
  ${row.problem && html`<p class="problem">${told(asSentence(row.problem))}</p>`}`;

/**
 * @param {{ item: Item, number: number, isLast: boolean, row: Row | null, kind: Kind, isOpen: boolean, onToggle: () => void,
 *   onMove: (by: number) => void, onRemove: () => void, onChange: (name: string, value: any) => void }} props
 */
function Layer({ item: { id, layer }, number, isLast, row, kind, isOpen, onToggle, onMove, onRemove, onChange }) {
  const options = Object.entries(kind.options);
  const name = nameOf(layer.type);
  return html`
    <li class=${`card tight layer ${isOpen ? 'open' : ''} ${row?.problem ? 'wrong' : ''}`} data-layer=${id}>
      <button class="name" type="button" aria-expanded=${isOpen} onClick=${onToggle}>
        <span class="number quiet numbers">${number}</span>
        <span class="what"><strong>${name}</strong><span class="small quiet numbers">${summaryOf(layer)}</span></span>
        <span class="numbers shape">${shapeOf(row?.shape ?? null)}</span>
      </button>
      <div class="tools">
        <button class="button bare up" type="button" disabled=${number === 1} aria-label=${t('Move layer {n}, {layer}, up', { n: number, layer: name })} onClick=${() => onMove(-1)}><${Arrow} up /></button>
        <button class="button bare down" type="button" disabled=${isLast} aria-label=${t('Move layer {n}, {layer}, down', { n: number, layer: name })} onClick=${() => onMove(1)}><${Arrow} /></button>
        <button class="button bare" type="button" aria-label=${t('Remove layer {n}, {layer}', { n: number, layer: name })} onClick=${onRemove}><${Icon} name="remove" /></button>
      </div>
      <${Figures} row=${row} />
      ${row?.problem && html`<p class="problem">${told(asSentence(row.problem))}</p>`}
      ${isOpen && html`
        <div class="editor">
          <p class="small quiet">${meaningOf(layer.type)}</p>
          ${options.length > 0 && html`
            <div class="fields">
              ${options.map(([option, about]) => html`
                <${Field} key=${option} id=${`layer-${id}-${option}`} name=${option} option=${about} value=${layer[option]} onChange=${(/** @type {any} */ value) => onChange(option, value)} />`)}
            </div>`}
        </div>`}
    </li>`;
}

/** @param {{ row: Row | null }} props */
function Figures({ row }) {
  if (!row || row.parameters === null) return null; // behind a layer that does not fit
  return html`
    <p class="figures small quiet numbers">
      <span>${t('{n} parameters', { n: roundly(row.parameters) })}</span>
      <span>${t('{n} MACs', { n: roundly(row.multiply_accumulates) })}</span>
      ${row.arena_bytes !== null && html`<span>${t('{n} B of arena', { n: row.arena_bytes })}</span>`}
    </p>`;
}

/** @param {{ kinds: Record<string, Kind>, where: string, onAdd: (type: string) => void }} props */
function Adding({ kinds, where, onAdd }) {
  const [type, setType] = useState('conv2d');
  const group = (/** @type {boolean} */ isLacking) => Object.entries(kinds).filter(([, kind]) => kind.is_lacking === isLacking).map(([name]) => html`
    <option value=${name} selected=${name === type}>${nameOf(name)}</option>`);
  return html`
    <div class="card tight stack close">
      <div class="row adding">
        <label class="field"><span>${t('Another layer')}</span>
          <select value=${type} onChange=${(/** @type {any} */ event) => setType(event.target.value)}>
            <optgroup label=${t('Runs on the board')}>${group(false)}</optgroup>
            <optgroup label=${t('Does not run on the board')}>${group(true)}</optgroup>
          </select></label>
        <button class="button add" type="button" onClick=${() => onAdd(type)}><${Icon} name="add" />${t('Add')}</button>
      </div>
      <p class="small quiet">${where}</p>
    </div>`;
}
