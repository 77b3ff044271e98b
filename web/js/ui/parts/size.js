/** How large a model is. */

/** What it takes on a phone, or on a board where one runs it. @param {Record<string, any>} manifest */
export function sizeOf({ files }) {
  const int8 = files['model_int8.tflite'];
  if (int8) return `${(int8.bytes / 1000).toFixed(1)} kB`;
  const bytes = Object.entries(files).reduce((sum, [name, file]) => sum + (name.startsWith('tfjs/') ? file.bytes : 0), 0);
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
