import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const ExplorePage = () => html`<${Page} path="/explore" title=${t('Data explorer')} />`;
