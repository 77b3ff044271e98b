/** Each project has its own words and clips; this phone works in one of them. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { asLabel, chooseProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { AccessNotice, Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';

export function ProjectsPage() {
  const { project: current } = useStore(settings);
  const [projects, setProjects] = useState(/** @type {api.Project[]} */ ([]));
  const [name, setName] = useState('');
  const [problem, setProblem] = useState('');

  async function attempt(/** @type {() => Promise<unknown>} */ task) {
    setProblem('');
    try {
      await task();
      setProjects(await api.listProjects());
    } catch (error) {
      learnFrom(error);
      if (!(error instanceof api.UnreachableError)) setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { attempt(async () => {}); }, []);
  const create = (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(async () => {
      const made = await api.createProject(asLabel(name));
      await chooseProject(made.name);
      setName('');
    });
  };

  return html`
    <${Page} path="/projects" title="Projects" state=${html`This phone works in <strong>${current}</strong>`}>
      <${AccessNotice} />
      ${problem && html`<${Problem} message=${problem} />`}
      ${projects.length > 0 && html`<ul class="card doors">
        ${projects.map((project) => html`
          <li class="spread">
            <span><strong>${project.name}</strong><br /><span class="small quiet numbers">${project.n_clips} clips, ${project.labels.length} labels</span></span>
            <button class="button" type="button" aria-pressed=${project.name === current} onClick=${() => attempt(() => chooseProject(project.name))}>
              ${project.name === current ? 'In use' : 'Use'}<span class="spoken"> ${project.name}</span></button>
          </li>`)}
      </ul>`}
      <form class="action" onSubmit=${create}>
        <input type="text" aria-label="Name of a new project" placeholder="a new project" value=${name} autocapitalize="none" autocomplete="off"
          onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
        <button class="button primary" type="submit" disabled=${!name.trim()}>Make it</button>
      </form>
    <//>`;
}
