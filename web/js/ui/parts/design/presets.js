/** Networks to start from, and the expert's own. */

import { html } from '../../../../vendor/preact.js';
import { t, tx } from '../../i18n.js';
import { kilobytes, presetMeaning, roundly } from './says.js';

/** @typedef {import('../../../data/design.js').Overview} Overview */
/** @typedef {import('../../../data/design.js').Preset} Preset */

/**
 * @param {{ overview: Overview, chosen: string | undefined, isExpert: boolean, onPreset: (preset: Preset) => void, onExpert: () => void }} props
 *   `chosen`: the preset that the draft is
 */
export const Presets = ({ overview: { presets, expert }, chosen, isExpert, onPreset, onExpert }) => html`
  <section class="stack close" aria-labelledby="presets-title">
    <div class="spread wrap">
      <h2 id="presets-title">${t('Start from')}</h2>
      <a class="button bare" href="#/search">${t('Let the computer search')}</a>
    </div>
    <ul class="presets">
      ${presets.map((preset) => html`
        <li key=${preset.preset}>
          <button class="card tight preset" type="button" aria-pressed=${preset.preset === chosen} onClick=${() => onPreset(preset)}>
            <strong>${preset.preset}</strong>
            <span class="small">${presetMeaning(preset)}</span>
            <span class="small quiet numbers">${figures(preset.cost)}</span>
          </button>
        </li>`)}
      ${expert && html`
        <li>
          <button class="card tight preset" type="button" aria-pressed=${isExpert} onClick=${onExpert}>
            <strong>${t('Expert: {file}', { file: expert.file })}</strong>
            <span class="small">${t('A Keras function in a file on the computer that runs Nestling. What it costs is known once it has been trained.')}</span>
          </button>
        </li>`}
    </ul>
  </section>`;

/** @param {import('../../../data/design.js').Cost} cost */
const figures = ({ parameters, flash_bytes: flash, milliseconds }) => t('{parameters} parameters, {flash} of flash, about {ms} ms', {
  parameters: roundly(parameters), flash: kilobytes(flash ?? 0), ms: Math.round(milliseconds ?? 0) });

const EXAMPLE = `import keras


def build(input_shape, n_labels):
    inputs = keras.Input(input_shape)  # (frames, coefficients), scaled
    x = keras.layers.Reshape((*input_shape, 1))(inputs)
    x = keras.layers.Conv2D(16, 3, strides=2, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(n_labels, activation="softmax")(x))`;

/** What the expert mode is, for who is at the computer. @param {{ file: string | undefined }} props */
export const AboutExpert = ({ file }) => html`
  <details>
    <summary>${t('Expert mode: a network as Keras code')}</summary>
    <div class="stack">
      <p>${tx('The person at the computer writes a function {build} into a file, and starts Nestling with {command}. Then this page offers it; code never comes from a browser. The file runs with all the rights of that person, so use your own.', {
        build: html`<code>build</code>`, command: html`<code>nestling serve --expert-model FILE</code>` })}</p>
      <p>${file ? tx('This computer was started with {file}.', { file: html`<code>${file}</code>` }) : t('This computer was started without a file.')}</p>
      <pre class="log" tabindex="0" aria-label=${t('An example')}>${EXAMPLE}</pre>
    </div>
  </details>`;
