/**
 * `make eval DATA=folder OUT=predictions.jsonl`: diagnoses a folder of frozen snapshots without a model, side by side, and writes a line a file.
 *
 * Where the folder has a `truth.jsonl`, the accuracy is printed beside it: what this is tuned by, in general rules only. HEALTHY=n makes n
 * snapshots without a fault out of the folder's and counts what alarms. Ends with 1 when a snapshot could not be diagnosed.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeHealthy } from './healthy.ts';
import { predictAll } from './pool.ts';
import { report } from './report.ts';
import type { Prediction, Truth } from './types.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' }, healthy: { type: 'string' } } });
const folder = values.data ?? process.env['AGENT_SRE_DATA'];
if (folder === undefined || folder === '') {
  console.error('eval: no folder of snapshots; call it as: make eval DATA=folder OUT=predictions.jsonl (or set AGENT_SRE_DATA)');
  process.exit(2);
}

const files = (await readdir(folder)).filter((name) => /\.json(?:\.gz)?$/u.test(name)).toSorted();
const answers = await predictAll(files.map((file) => join(folder, file)));
const predictions: Prediction[] = files.flatMap((file, index) => {
  const answer = answers[index];
  return answer === undefined ? [] : [{ file, ...answer }];
});
if (values.out !== undefined && values.out !== '') {
  const lines = predictions.map(({ file, ranked }) => JSON.stringify({ file, ranked }));
  await writeFile(values.out, `${lines.join('\n')}\n`);
  console.log(`${lines.length} predictions in ${values.out}`);
}

const truth = await readTruth(join(folder, 'truth.jsonl'));
if (truth.length > 0) report(truth, predictions);

const wanted = Number(values.healthy ?? 0);
if (wanted > 0) {
  const healthy = await makeHealthy(folder, truth, wanted);
  try {
    const judged = await predictAll(healthy.paths);
    const alarms = healthy.paths.filter((_, index) => judged[index]?.alarm);
    console.log(`\n${alarms.length} of ${judged.length} snapshots without a fault alarm`);
    for (const path of alarms)
      console.log(`  ${path}: ${JSON.stringify(judged[healthy.paths.indexOf(path)]?.ranked[0] ?? 'no word for it')}`);
  } finally {
    await healthy.remove();
  }
}

const failed = predictions.filter(({ error }) => error !== undefined);
for (const { file, error } of failed) console.error(`eval: ${file}: ${error}`);
process.exit(failed.length > 0 ? 1 : 0);

async function readTruth(path: string): Promise<Truth[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Truth);
}
