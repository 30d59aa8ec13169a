/**
 * What REST takes: the time of each route at 50 requests a second, beside that of the source that it asks; and the memory of a thousand
 * open streams. The gateway has one core.
 *
 *     node test/bench/interfaces/main.ts [--seconds 10] [--streams 1000] [--only routes|streams|signals]
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startLanguageModel } from '../../standins/languageModel/server.ts';
import { type ShopWorld, startShop } from '../../support/shopWorld.ts';
import { measureRoutes } from './routes.ts';
import { measureSignals } from './signals.ts';
import { measureStreams } from './streams.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, streams: { type: 'string', default: '1000' }, only: { type: 'string' } },
});

if (values.only === undefined || values.only === 'signals') await measureSignals(Number(values.seconds));
if (values.only === 'signals') process.exit(0);

if (values.only !== 'routes') await streams(Number(values.streams));
if (values.only !== 'streams') await routes(Number(values.seconds));

/** Each waits for a model that says nothing. */
async function streams(count: number): Promise<void> {
  const model = await startLanguageModel({ script: [{ kind: 'silent' }] });
  try {
    await inShop({ modelUrl: model.url }, (world) => measureStreams(world, count));
  } finally {
    await model.stop();
  }
}

/** What answers by itself, without a model. */
async function routes(seconds: number): Promise<void> {
  await inShop({}, (world) => measureRoutes(world, seconds));
}

async function inShop(options: { readonly modelUrl?: string }, measure: (world: ShopWorld) => Promise<void>): Promise<void> {
  const world = await startShop(options);
  try {
    execFileSync('taskset', ['-apc', '0', String(world.pid())]);
    await measure(world);
  } finally {
    await world.stop();
  }
}

process.exit(0);
