// Runs a TF.js graph model on float32 rows from standard input and writes its float32 answers to standard output.
// Usage: node tfjs_run.mjs VENDOR_DIR MODEL_DIR SHAPE_OF_A_ROW [OUTPUT], for example 49,13 or 224,224,3 scores
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [vendor, folder, shape, output] = process.argv.slice(2);
const tf = await import(pathToFileURL(join(vendor, "tfjs.js")).href);
await import(pathToFileURL(join(vendor, "tfjs-cpu.js")).href);
await tf.setBackend("cpu");

const model = await tf.loadGraphModel(tf.io.fromMemory(await readArtifacts(folder)));
const rowShape = shape.split(",").map(Number);
const rowLength = rowShape.reduce((product, size) => product * size, 1);
const rows = await readFloats();
for (let start = 0; start < rows.length; start += rowLength) {
  const answer = tf.tidy(() => model.execute(tf.tensor(rows.subarray(start, start + rowLength), [1, ...rowShape]), output).dataSync());
  process.stdout.write(Buffer.from(Float32Array.from(answer).buffer));
}

async function readArtifacts(modelFolder) {
  const json = JSON.parse(await readFile(join(modelFolder, "model.json"), "utf8"));
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((path) => readFile(join(modelFolder, path))));
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  return { ...json, modelTopology: json.modelTopology, weightSpecs, weightData };
}

async function readFloats() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return new Float32Array(Uint8Array.from(Buffer.concat(chunks)).buffer);
}
