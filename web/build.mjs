// Fills web/vendor/ (not in git) from node_modules: what the pages import, as single ES modules.
import { build } from 'esbuild';
import { copyFile, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const VENDOR = new URL('vendor/', import.meta.url);
const MODULES = new URL('node_modules/', import.meta.url);
const WASM = '@tensorflow/tfjs-backend-wasm/dist/';

// The types stand beside the modules, where the type checker looks for them.
const TYPES = ['preact', 'idb', 'uplot', 'umap', 'tfjs', 'tfjs-cpu', 'tfjs-webgl'];

const COPIES = {
  'preact.js': 'htm/preact/standalone.module.js',
  'idb.js': 'idb/build/index.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
  'tfjs-backend-wasm.wasm': `${WASM}tfjs-backend-wasm.wasm`,
  'tfjs-backend-wasm-simd.wasm': `${WASM}tfjs-backend-wasm-simd.wasm`,
};

await rm(VENDOR, { recursive: true, force: true });
await mkdir(VENDOR);
await Promise.all(Object.entries(COPIES).map(([name, from]) => copyFile(new URL(from, MODULES), new URL(name, VENDOR))));
await Promise.all(TYPES.map((name) => copyFile(source(`types/vendor/${name}.d.ts`), new URL(`${name}.d.ts`, VENDOR))));
await build({ entryPoints: [source('node_modules/uplot/dist/uPlot.esm.js')], outfile: source('vendor/uplot.js'), format: 'esm', minify: true });
await build({ entryPoints: [source('vendor-src/umap.js')], outfile: source('vendor/umap.js'), bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'linked' });
await build({
  entryPoints: ['tfjs.js', 'tfjs-cpu.js', 'tfjs-webgl.js'].map((name) => source(`vendor-src/${name}`)),
  outdir: source('vendor/'),
  bundle: true,
  splitting: true, // all backends register in one and the same core
  chunkNames: 'tfjs-core',
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'linked',
  // TF.js asks for `util` when it runs in Node, where an ES module has no require().
  alias: { util: source('vendor-src/node-util.js') },
  // Behind the WASM glue's own check for Node; no browser comes here.
  external: ['crypto', 'fs', 'path', 'perf_hooks', 'os', 'worker_threads', 'node-fetch'],
  plugins: [withoutThreads(), withoutOps()],
});

const files = (await readdir(VENDOR)).filter((name) => /\.(js|css|wasm)$/.test(name)).sort();
for (const name of files) {
  const bytes = await readFile(new URL(name, VENDOR));
  console.log(`${name.padEnd(30)} ${kilobytes(bytes.length)} kB ${kilobytes(gzipSync(bytes, { level: 9 }).length)} kB gzip`);
}

function source(path) {
  return fileURLToPath(new URL(path, import.meta.url)); // not .pathname: a folder's name may hold a space
}

// The threaded glue is never used (vendor-src/tfjs.js says why), and is 9 kB.
function withoutThreads() {
  return {
    name: 'without-threads',
    setup({ onLoad }) {
      onLoad({ filter: /threaded-simd(\.worker)?\.js$/ }, () => ({ contents: 'export const wasmWorkerContents = "";' }));
    },
  };
}

// Operators that no network here has: control flow, tables, text, spectra. A graph that has one is refused by name when it is
// converted, because that is checked with the very same module.
function withoutOps() {
  const names = '(control|dynamic|hash_table|ragged|sparse|spectral|string)';
  return {
    name: 'without-ops',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`tfjs-converter.dist.operations.executors.${names}_executor\\.js$`) }, () => ({ contents: 'export function executeOp(node) { throw new TypeError(`Node type ${node.op} is not built in`); }' }));
      onLoad({ filter: new RegExp(`tfjs-converter.dist.operations.op_list.${names}\\.js$`) }, () => ({ contents: 'export const json = [];' }));
    },
  };
}

function kilobytes(length) {
  return (length / 1000).toFixed(1).padStart(7);
}
