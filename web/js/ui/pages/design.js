import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const DesignPage = () => html`<${Page} path="/design" title=${t('Design a model')} />`;
