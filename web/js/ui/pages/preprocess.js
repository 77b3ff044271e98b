import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Page } from '../parts/page.js';

export const PreprocessPage = () => html`<${Page} path="/preprocess" title=${t('Preprocess')} />`;
