import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const LearnPage = () => html`<${Page} path="/learn" title=${t('Learn')} />`;
