/** What the camera's two sides hand to each other. JSON as it is on the wire: snake_case. */

/** `manifest.json` of a bundle of kind `vision`; DESIGN.md describes it. */
export interface VisionManifest {
  schema: number;
  kind: string;
  project: string;
  run: string;
  created_at: string;
  labels: string[];
  preprocess: Record<string, unknown>;
  preprocess_crc32: string;
  input: { shape: number[]; dtype: string };
  output: { shape: number[]; dtype: string };
  model: { preset: string; parameters: number; multiply_accumulates: number };
  training: Record<string, unknown>;
  dataset: Record<string, unknown>;
  metrics: Record<string, Record<string, Record<string, unknown>>>;
  files: Record<string, { bytes: number; sha256: string }>;
  versions: Record<string, string>;
  licence: string;
  attribution: string;
}

export type Processor = 'webgl' | 'wasm' | 'cpu';

export interface Loaded {
  manifest: VisionManifest;
  backend: Processor;
}

export interface Answer {
  /** One a label, adding up to one. */
  scores: Float32Array;
  /** Reading the pixels and resizing them. */
  resize_ms: number;
  inference_ms: number;
}

/** Feature maps of one layer: `values` has the shape (height, width, n). */
export interface Maps {
  width: number;
  height: number;
  n: number;
  values: Float32Array;
}

export interface Memory {
  n_tensors: number;
  n_bytes: number;
}

/** What the page asks of the worker; it answers `{id, result}` or `{id, error}`, and tells `{event: 'progress', detail}`. */
export type VisionRequest = { id: number } & (
  | { command: 'load'; url: string; processor?: Processor }
  | { command: 'classify'; bitmap: ImageBitmap }
  | { command: 'maps'; bitmap: ImageBitmap; layer: string }
  | { command: 'memory' }
);
