/** What the whole network takes of the board: flash, memory, time. */

import { html } from '../../../../vendor/preact.js';
import { asSentence } from '../../../data/api.js';
import { t, told } from '../../i18n.js';
import { roundly } from './says.js';

/** @typedef {import('../../../data/design.js').Board} Board */
/** @typedef {import('../../../data/design.js').Cost} Cost */

const KB = 1000;

/** @param {number} n bytes */
const kb = (n) => t('{n} kB', { n: n < 100 * KB ? Math.round(n / 100) / 10 : Math.round(n / KB) });
/** @param {number} n */
const ms = (n) => t('{n} ms', { n: n < 10 ? Math.round(10 * n) / 10 : Math.round(n) });

/** @param {{ cost: Cost, board: Board, isOld: boolean }} props */
export function Totals({ cost, board, isOld }) {
  const { parameters, multiply_accumulates: products, arena_bytes: arena, instructions, board: whole } = cost;
  const tooLarge = [...cost.layers, cost.output].some(({ problem }) => problem) ? '' : cost.problems[0];
  return html`
    <section class=${`card tight stack totals ${isOld ? 'old' : ''}`} aria-label=${t('What it takes of the board')} aria-busy=${isOld}>
      ${whole ? html`
        <${Share} name=${t('Flash')} rest=${whole.other_flash_bytes} used=${whole.flash_bytes} of=${board.flash_bytes} says=${kb}
          detail=${t('the model {model}, the rest of the sketch {rest}', { model: kb(whole.flash_bytes - whole.other_flash_bytes), rest: kb(whole.other_flash_bytes) })} />
        <${Share} name=${t('RAM')} rest=${whole.other_ram_bytes} used=${whole.ram_bytes} of=${board.ram_bytes} says=${kb}
          detail=${t('the arena {arena}, the rest of the sketch {rest}', { arena: kb(arena ?? 0), rest: kb(whole.other_ram_bytes) })} />
        <${Time} cost=${cost} board=${board} />` : html`<p>${t('What the board takes is known once every layer runs on it.')}</p>`}
      ${tooLarge && html`<p class="problem">${told(asSentence(tooLarge))}</p>`}
      <dl class="figures numbers">
        <div><dt>${t('Parameters')}</dt><dd>${roundly(parameters)}</dd></div>
        <div><dt>${t('MACs')}</dt><dd>${roundly(products)}</dd></div>
        <div><dt>${t('Arena')}</dt><dd>${arena === null ? '–' : t('{n} bytes', { n: arena })}</dd></div>
        <div><dt>${t('Instructions')}</dt><dd>${instructions === null ? '–' : t('about {n}', { n: roundly(instructions) })}</dd></div>
      </dl>
      <${How} board=${board} />
    </section>`;
}

/** @param {{ cost: Cost, board: Board }} props */
function Time({ cost: { milliseconds, instructions, front_end_instructions: frontEnd, interval_ms: interval }, board }) {
  if (milliseconds === null || instructions === null) return null;
  const rest = 1000 * frontEnd * board.cycles_per_instruction / board.clock_hz;
  return html`
    <${Share} isTime name=${t('Time')} rest=${rest} used=${milliseconds} of=${interval} says=${ms}
      detail=${t('the model {model}, the features {rest}; then the next inference begins', { model: ms(milliseconds - rest), rest: ms(rest) })} />`;
}

/** A bar of what there is, how much of it goes to the rest, and how much to the model.
 *  @param {{ name: string, rest: number, used: number, of: number, says: (n: number) => string, detail: string, isTime?: boolean }} props */
function Share({ name, rest, used, of, says, detail, isTime }) {
  const isOver = used > of;
  const over = isTime ? t('The board will hear less often. Make layers smaller.') : t('It does not fit onto the board, and will run in the browser only. Make layers smaller.');
  const percent = (/** @type {number} */ n) => `${100 * Math.min(1, n / of)}%`;
  return html`
    <div class="share">
      <p class="spread"><strong>${name}</strong>
        <span class=${`numbers ${isOver ? 'problem' : ''}`}>${t('about {used} of {of}', { used: says(used), of: says(of) })}</span></p>
      <div class=${`shares ${isOver ? 'over' : ''}`} aria-hidden="true"><i class="model" style=${{ width: percent(used) }}></i><i class="rest" style=${{ width: percent(rest) }}></i></div>
      <p class="small quiet numbers">${detail}</p>
      ${isOver && html`<p class="problem">${over}</p>`}
    </div>`;
}

/** @param {{ board: Board }} props */
const How = ({ board }) => html`
  <details>
    <summary>${t('How this is known')}</summary>
    <div class="stack small">
      <p>${t('A MAC (multiply-accumulate) is a product that is added to a sum: nearly all that a network does.')}</p>
      <p>${t('Parameters, MACs and the arena are exact: the arena is where the C++ that Nestling generates keeps what goes from layer to layer, and its places are planned by the same rules here.')}</p>
      <p>${t('Flash and instructions are estimates, fitted to the generated C++ on an emulated Cortex-M4F. Milliseconds are a rougher one: {factor} cycles an instruction at {mhz} MHz.', { factor: board.cycles_per_instruction, mhz: board.clock_hz / 1e6 })}</p>
      <p>${t('The board is an Arduino Nano 33 BLE Sense: {flash} of flash and {ram} of RAM are left to a sketch.', { flash: kb(board.flash_bytes), ram: kb(board.ram_bytes) })}</p>
    </div>
  </details>`;
