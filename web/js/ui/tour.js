/** Starting the tour: with the sample project, made where it is not there yet. */

import * as api from '../data/api.js';
import { chooseProject } from '../data/project.js';
import { makeSample } from '../data/sample.js';
import { remember } from '../data/settings.js';

const SAMPLE = 'sample';

/** @param {(share: number) => void} onProgress 0 to 1 */
export async function startTour(onProgress) {
  const projects = await api.listProjects();
  if (!projects.some(({ name }) => name === SAMPLE)) await makeSample((done, of) => onProgress(done / of));
  await chooseProject(SAMPLE, 'speech');
  remember({ tour: true });
  location.hash = '#/collect';
}
