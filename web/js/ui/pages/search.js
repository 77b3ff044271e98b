import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const SearchPage = () => html`<${Page} path="/search" title=${t('Search')} />`;
