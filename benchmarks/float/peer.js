// ONNX Runtime's side of bench-float: one model, one thread count, one process. Same arguments and same JSON line as
// bench-float.c, after the folder that has the engine: node peer.js FOLDER MODEL INPUT.f32 OUTPUT.f32 THREADS SECONDS
//
// SPDX-License-Identifier: Apache-2.0
'use strict';

const fs = require('fs');
const { createRequire } = require('module');
const path = require('path');

// What node itself takes is no part of the engine: peak_kb is counted from here.
const idleKb = process.resourceUsage().maxRSS;

function median(values) {
  values.sort((a, b) => a - b);
  return values[values.length >> 1];
}

async function main() {
  const [modules, model, inputPath, outputPath, threads, seconds] = process.argv.slice(2);
  if (seconds === undefined) {
    console.error('usage: node peer.js FOLDER MODEL INPUT.f32 OUTPUT.f32 THREADS SECONDS');
    process.exit(2);
  }
  const ort = createRequire(path.resolve(modules) + '/')('onnxruntime-node');
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const bytes = fs.readFileSync(inputPath);
  const pixels = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', pixels, [1, 3, 224, 224]) };

  let result;
  for (let i = 0; i < 3; i++) result = await session.run(feeds);
  const times = [];
  const cpuTimes = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(Number(seconds) * 1e9));
  do {
    const start = process.hrtime.bigint();
    const cpuStart = process.cpuUsage();
    result = await session.run(feeds);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    const cpu = process.cpuUsage(cpuStart);
    cpuTimes.push((cpu.user + cpu.system) / 1e3);
  } while (times.length < 5 || process.hrtime.bigint() < end);

  const output = result[session.outputNames[0]].data;
  fs.writeFileSync(outputPath, Buffer.from(output.buffer, output.byteOffset, output.byteLength));
  console.log(JSON.stringify({
    median_ms: median(times),
    cpu_ms: median(cpuTimes),
    runs: times.length,
    peak_kb: process.resourceUsage().maxRSS - idleKb,
  }));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
