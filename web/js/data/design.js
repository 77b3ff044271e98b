/** A project's network: what it is made of, and what it costs. */

import { ask, projectPath } from './api.js';

/**
 * @typedef {Record<string, any> & { type: string }} Layer its kind, and all of its options
 * @typedef {{ preset: string } | { layers: Layer[], name?: string } | { expert: true }} Design
 * @typedef {{ kind: 'whole' | 'pair' | 'fraction' | 'choice' | 'flag', default: any, lowest: number, highest: number, names: string[] }} Option
 * @typedef {{ options: Record<string, Option>, is_lacking: boolean }} Kind
 * @typedef {{ type: string, shape: number[] | null, parameters: number | null, multiply_accumulates: number | null, arena_bytes: number | null,
 *   instructions: number | null, problem: string | null }} Row
 * @typedef {{ flash_bytes: number, ram_bytes: number, other_flash_bytes: number, other_ram_bytes: number }} Whole the whole sketch; `other`: without the model
 * @typedef {{ input: Row, layers: Row[], output: Row, parameters: number | null, multiply_accumulates: number | null, arena_bytes: number | null,
 *   flash_bytes: number | null, instructions: number | null, front_end_instructions: number, milliseconds: number | null, interval_ms: number,
 *   board: Whole | null, problems: string[], warnings: string[] }} Cost
 * @typedef {{ preset: string, description: string, layers: Layer[], cost: Cost }} Preset
 * @typedef {{ flash_bytes: number, ram_bytes: number, clock_hz: number, cycles_per_instruction: number }} Board
 * @typedef {{ design: Design, is_default: boolean, layers: Layer[], labels: string[], presets: Preset[], kinds: Record<string, Kind>,
 *   max_layers: number, board: Board, expert: { file: string } | null }} Overview
 */

/** @param {string} project @returns {Promise<Overview>} */
export const readDesign = (project) => ask(`${projectPath(project)}/design`);

/** @param {string} project @param {Design} design @returns {Promise<Cost>} */
export const askCost = (project, design) => ask(`${projectPath(project)}/design/cost`, { method: 'POST', json: { design } });

/** @param {string} project @param {Design | null} design null: the default */
export const saveDesign = (project, design) => ask(`${projectPath(project)}/settings/design`, { method: 'PUT', json: design });
