/** Taking a model elsewhere: downloads, a code for the phone, the board. */

import { ask, bundleUrl, projectPath, query } from './api.js';

/**
 * @typedef {{ flash_bytes: number, ram_bytes: number }} Room
 * @typedef {{ flash_bytes: number | null, ram_bytes: number | null, instructions: number | null, milliseconds: number | null,
 *   board: Room, fits: boolean | null, arduino_cli: boolean }} Fit  `board`: what there is
 * @typedef {{ url: string, qr_svg: string, trust_url: string, addresses: string[] }} Invitation
 */

/** A folder of a bundle as a zip. @param {string} path @param {'arduino' | 'cpp' | 'tfjs'} what */
export const zipUrl = (path, what) => `${bundleUrl(path)}download/${what}.zip`;

/** How a phone opens this very model. @param {string} bundle @returns {Promise<Invitation>} */
export const invitationTo = (bundle) => ask(`/join?${query({ bundle })}`);
/** @param {string} bundle @returns {Promise<Fit>} */
export const readFit = (bundle) => ask(`/board/fit?${query({ bundle })}`);
/** @param {string} project @param {{ bundle: string, port: string, runtime: string }} what @returns {Promise<import('./api.js').Job>} */
export const startFlashing = (project, what) => ask(`${projectPath(project)}/jobs`, { method: 'POST', json: { kind: 'flash', ...what } });
