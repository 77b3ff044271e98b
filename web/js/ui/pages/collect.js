import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const CollectPage = () => html`<${Page} path="/collect" title=${t('Collect data')} />`;
