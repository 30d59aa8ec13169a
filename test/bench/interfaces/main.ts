/**
 * What REST takes: the time of each route at 50 requests a second, beside that of the source that it asks; and the memory of a thousand
 * open streams. The gateway has one core.
 *
 *     node test/bench/interfaces/main.ts [--seconds 10] [--streams 1000] [--only routes|streams|signals]
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startLanguageModel } from '../../standins/languageModel/server.ts';
import { startShop } from '../../support/shopWorld.ts';
import { measureRoutes } from './routes.ts';
import { measureSignals } from './signals.ts';
import { measureStreams } from './streams.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, streams: { type: 'string', default: '1000' }, only: { type: 'string' } },
});

if (values.only === undefined || values.only === 'signals') await measureSignals(Number(values.seconds));
if (values.only === 'signals') process.exit(0);

const model = await startLanguageModel({ script: [{ kind: 'silent' }] });
const world = await startShop({ modelUrl: model.url });
try {
  execFileSync('taskset', ['-apc', '0', String(world.pid())]);
  if (values.only !== 'routes') await measureStreams(world, Number(values.streams));
  if (values.only !== 'streams') await measureRoutes(world, Number(values.seconds));
} finally {
  await world.stop();
  await model.stop();
}
process.exit(0);
