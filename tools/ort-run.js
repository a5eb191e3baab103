// Runs models in ONNX Runtime, as `fixpoint-cli run` does it: the peer of tools/compare-ort.py.
//
//   node ort-run.js MODULES THREADS SECONDS [LEVEL]
//
// MODULES is the folder whose node_modules has onnxruntime-node. Every line of standard input is a job, {"model",
// "folder", "inputs": {NAME: FILE.npy}}, and is answered by a line: {"best_ms"} or {"error"}. Every output becomes a
// .npy file, listed in FOLDER/outputs.json. With SECONDS > 0 a model is run again and again for that long. Jobs that
// follow each other with the same model share its session.
// LEVEL is graphOptimizationLevel: "all", or "disabled" to run the operators as the file has them.
//
// SPDX-License-Identifier: Apache-2.0
'use strict';

const fs = require('fs');
const { createRequire } = require('module');
const path = require('path');
const readline = require('readline');

const TYPES = { // numpy's name: [ONNX Runtime's name, array]
  '<f4': ['float32', Float32Array], '<f8': ['float64', Float64Array], '<f2': ['float16', Uint16Array],
  '|b1': ['bool', Uint8Array], '|i1': ['int8', Int8Array], '|u1': ['uint8', Uint8Array],
  '<i2': ['int16', Int16Array], '<u2': ['uint16', Uint16Array], '<i4': ['int32', Int32Array],
  '<u4': ['uint32', Uint32Array], '<i8': ['int64', BigInt64Array], '<u8': ['uint64', BigUint64Array],
};

function readNpy(ort, file) {
  const bytes = fs.readFileSync(file);
  const wide = bytes[6] > 1;
  const start = (wide ? 12 : 10) + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.subarray(10, start).toString('latin1');
  const [name, ArrayType] = TYPES[/'descr': *'([^']+)'/.exec(header)[1]];
  const dims = /'shape': *\(([^)]*)\)/.exec(header)[1].split(',').filter((d) => d.trim() !== '').map(Number);
  return new ort.Tensor(name, new ArrayType(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)), dims);
}

function writeNpy(file, tensor) {
  const descr = Object.keys(TYPES).find((key) => TYPES[key][0] === tensor.type);
  const shape = tensor.dims.length === 1 ? `${tensor.dims[0]},` : tensor.dims.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const text = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(text.length, 8);
  const data = tensor.data; // a Float16Array where node has one
  fs.writeFileSync(file, Buffer.concat([start, Buffer.from(text, 'latin1'),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}

const last = { model: null, session: null };

async function open(ort, model, threads, level) {
  if (last.model === model) return last.session;
  if (last.session !== null) await last.session.release();
  last.model = null;
  last.session = null;
  last.session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1,
    executionMode: 'sequential', graphOptimizationLevel: level, logSeverityLevel: 4,
  });
  last.model = model;
  return last.session;
}

async function run(ort, job, threads, seconds, level) {
  const session = await open(ort, job.model, threads, level);
  const feeds = {};
  for (const [name, file] of Object.entries(job.inputs)) feeds[name] = readNpy(ort, file);
  let result = await session.run(feeds);
  const times = [];
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const start = process.hrtime.bigint();
    result = await session.run(feeds);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }

  fs.mkdirSync(job.folder, { recursive: true });
  const outputs = session.outputNames.map((name, i) => {
    const file = `${String(i).padStart(2, '0')}.npy`;
    writeNpy(path.join(job.folder, file), result[name]);
    return { name, file, dtype: result[name].type, shape: result[name].dims };
  });
  fs.writeFileSync(path.join(job.folder, 'outputs.json'), JSON.stringify({ outputs }) + '\n');
  return { best_ms: Math.min(...times) };
}

async function main() {
  const [modules, threads, seconds, level] = process.argv.slice(2);
  if (seconds === undefined) {
    console.error('usage: node ort-run.js MODULES THREADS SECONDS [LEVEL]');
    process.exit(2);
  }
  const ort = createRequire(path.resolve(modules) + '/')('onnxruntime-node');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = await run(ort, JSON.parse(line), Number(threads), Number(seconds), level || 'all');
    } catch (error) {
      answer = { error: String(error.message || error).split('\n')[0] };
    }
    console.log(JSON.stringify(answer));
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
