/** What a page shows for one kind of project only: fetched when it is first wanted. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Problem } from './notices.js';

/** @typedef {() => Promise<(props: any) => any>} Load */

/** @param {{ load: Load } & Record<string, unknown>} props those beside `load` are the component's */
export function Part({ load, ...props }) {
  const [found, setFound] = useState(/** @type {{ load: Load, Component: ((props: any) => any) | null } | null} */ (null));
  useEffect(() => {
    load().then((Component) => setFound({ load, Component }), () => setFound({ load, Component: null }));
  }, [load]);
  if (found?.load !== load) return null;
  if (found.Component) return html`<${found.Component} ...${props} />`;
  return html`<${Problem} message=${t('This page could not be loaded. Check that the computer that runs Nestling is on, then try again.')} onRetry=${() => location.reload()} />`;
}
