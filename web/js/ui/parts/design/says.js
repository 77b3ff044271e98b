/** The kinds of layers and their options in words. */

import { t, tn } from '../../i18n.js';

/** @type {() => Record<string, string>} */
const NAMES = () => ({
  input: t('Features, each scaled alike'),
  conv2d: t('Convolution'),
  conv1d: t('Convolution over time'),
  depthwise_conv2d: t('Depthwise convolution'),
  max_pool2d: t('Maximum pooling'),
  average_pool2d: t('Average pooling'),
  global_average_pool2d: t('Average over all places'),
  flatten: t('Flatten'),
  dense: t('Dense'),
  dropout: t('Dropout'),
  reshape_image: t('As a picture'),
  reshape_sequence: t('As a sequence'),
  lstm: t('LSTM'),
  gru: t('GRU'),
  bidirectional_lstm: t('LSTM in both directions'),
  layer_normalization: t('Layer normalisation'),
  output: t('Scores (dense, softmax)'),
});

/** @type {() => Record<string, string>} */
const MEANINGS = () => ({
  conv2d: t('Slides small windows over time and coefficients; each filter answers to one pattern, wherever it is.'),
  conv1d: t('Slides windows over time alone; the coefficients are its channels.'),
  depthwise_conv2d: t('One window for each channel, which costs little. A convolution of 1 × 1 behind it mixes the channels.'),
  max_pool2d: t('Keeps the largest number of each window: less to compute, and what was found may lie a little elsewhere.'),
  average_pool2d: t('Keeps the mean of each window.'),
  global_average_pool2d: t('Keeps one mean for each channel, so that it does not matter when the word was said.'),
  flatten: t('Lays all numbers into one row, for a dense layer.'),
  dense: t('Joins every number with every output: many parameters.'),
  dropout: t('Leaves out some numbers at random while training, so that none is relied on. It costs nothing on the board.'),
  reshape_image: t('Takes frames and coefficients as rows and columns of one picture.'),
  reshape_sequence: t('Takes each row as one step in time.'),
  lstm: t('Goes through time and remembers.'),
  gru: t('Goes through time and remembers, with fewer parameters than an LSTM.'),
  bidirectional_lstm: t('Goes through time both ways and remembers.'),
  layer_normalization: t('Brings the numbers of each place to one scale while it runs.'),
});

/** @type {() => Record<string, string>} */
const OPTIONS = () => ({
  filters: t('Filters'),
  kernel: t('Window'),
  strides: t('Step'),
  stride: t('Step'),
  padding: t('Edges'),
  batch_norm: t('Batch normalisation'),
  activation: t('Activation'),
  size: t('Window'),
  units: t('Units'),
  rate: t('Share left out'),
  every_frame: t('An output at every frame'),
});

/** @type {() => Record<string, string>} */
const CHOICES = () => ({
  same: t('filled up (same)'), valid: t('left out (valid)'), none: t('none'), relu: t('ReLU'), relu6: t('ReLU6'),
});

/** @param {string} type */
export const nameOf = (type) => NAMES()[type] ?? type;
/** One line about a kind of layer. @param {string} type */
export const meaningOf = (type) => MEANINGS()[type] ?? '';
/** @param {string} option */
export const optionName = (option) => OPTIONS()[option] ?? option;
/** @param {string} choice */
export const choiceName = (choice) => CHOICES()[choice] ?? choice;

/** What a preset is. @type {() => Record<string, string>} */
const PRESETS = () => ({
  medium: t('Separable convolutions over time, 64 channels: surest. The default. It begins with a head start.'),
  small: t('The same with 36 channels, in a third of the space. It begins with a head start, too.'),
  ds_cnn: t('Depthwise-separable convolutions over time and frequency, 48 channels.'),
  ds_cnn_wide: t('The same with 64 channels: surer, and twice as slow to train.'),
  conv1d: t('Convolutions over time, very small.'),
  tiny_conv: t('One convolution and one dense layer, as in TensorFlow\'s example for microcontrollers.'),
  dense: t('No convolution at all, to compare with.'),
});

/** @param {import('../../../data/design.js').Preset} preset */
export const presetMeaning = ({ preset, description }) => PRESETS()[preset] ?? description;

/** A shape as in "25 × 7 × 48". @param {number[] | null} shape */
export const shapeOf = (shape) => (shape ? shape.map((n) => n.toLocaleString()).join(' × ') : '–');

/** What is set, as in "48 filters, 10 × 4, step 2 × 2". @param {import('../../../data/design.js').Layer} layer */
export function summaryOf(layer) {
  const { type, filters, kernel, strides, stride, units, size, rate, batch_norm: isNormalised, activation } = layer;
  const pair = (/** @type {number | number[]} */ value) => (Array.isArray(value) ? value.join(' × ') : String(value));
  const steps = strides ?? stride;
  return [
    filters && tn(filters, '{n} filter', '{n} filters'),
    units && tn(units, '{n} unit', '{n} units'),
    (kernel ?? size) && pair(kernel ?? size),
    steps && !pair(steps).split(' × ').every((n) => n === '1') && t('step {n}', { n: pair(steps) }),
    type === 'dropout' && `${Math.round(100 * rate)} %`,
    isNormalised && t('batch norm'),
    activation && activation !== 'none' && choiceName(activation),
  ].filter(Boolean).join(', ');
}

/** Bytes as in "30.4 kB". @param {number} n */
export const kilobytes = (n) => t('{n} kB', { n: (n / 1000).toLocaleString(undefined, { maximumFractionDigits: n < 100_000 ? 1 : 0 }) });

/** Large numbers in thousands or millions. @param {number | null} n */
export function roundly(n) {
  if (n === null) return '–';
  if (n >= 1e6) return t('{n} million', { n: (n / 1e6).toLocaleString(undefined, { maximumFractionDigits: 2 }) });
  return n.toLocaleString();
}
