/** What the audio engine's two sides, and the pages, hand to each other. JSON as it is on the wire: snake_case. */

/** `manifest.json` of a bundle; DESIGN.md describes it. */
export interface Manifest {
  schema: number;
  kind: string;
  project: string;
  run: string;
  created_at: string;
  labels: string[];
  params: Record<string, unknown>;
  params_crc32: string;
  window: number;
  stride: number;
  input: { shape: number[]; dtype: string; scale: number; zero_point: number };
  output: { shape: number[]; dtype: string; scale: number; zero_point: number };
  decision: Record<string, unknown>; // as `decisionOf` of dsp/decision.js reads it
  model: { preset: string; parameters: number; multiply_accumulates: number; ops: string[] };
  training: Record<string, unknown>;
  dataset: { fingerprint: string; split_by: string; clips: Record<string, Record<string, number>> };
  metrics: Record<string, Record<string, Record<string, unknown>>>;
  checks: Record<string, number>;
  arena_bytes: number;
  int8_runtime: string;
  files: Record<string, { bytes: number; sha256: string }>;
  versions: Record<string, string>;
  licence: string;
  attribution: string;
}

/** `at` is a position in the stream since the microphone opened, in samples at 16 kHz. */
export interface Level {
  rms_db: number;
  peak_db: number;
  /** Milliseconds of sound that the browser has lost since the microphone opened. */
  lost_ms: number;
  at: number;
}

/** Columns of the spectrogram for display: nColumns * nMels values, column by column; natural logarithm of powers. */
export interface Columns {
  logMel: Float32Array;
  nMels: number;
  nColumns: number;
  /** Samples between two columns. */
  hopLength: number;
  /** Where the last column ends. */
  at: number;
}

export interface Scores {
  scores: number[];
  /** Averaged over the last `n_smooth` inferences: what a detection is made from. */
  mean: number[];
  /** The label with the highest mean. */
  best: string;
  features_ms: number;
  inference_ms: number;
  /** Inferences left out since the bundle was loaded, because the device was late. */
  n_dropped: number;
  at: number;
}

export interface Detection {
  label: string;
  score: number;
  at: number;
}

export interface Events {
  level: Level;
  columns: Columns;
  scores: Scores;
  detection: Detection;
  error: { message: string };
}

/** What the page asks of the worker; it answers `{id, result}` or `{id, error}`. */
export type Request = { id: number } & (
  | { command: 'open'; sampleRate: number; port: MessagePort; paramsUrl: string }
  /** `from`: the position of its first sample; the next one, unless it is told. */
  | { command: 'record'; nSamples: number; from?: number }
  | { command: 'cancel' }
  | { command: 'last'; nSamples: number }
  | { command: 'load'; url: string; preset?: string }
  | { command: 'decide'; preset: string }
  | { command: 'unload' }
);

/** What the worklet hands over: `frame` is the context's frame count at the first sample. */
export interface Block {
  frame: number;
  samples: Float32Array;
}
