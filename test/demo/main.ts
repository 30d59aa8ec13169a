/**
 * `make demo`: an alert becomes a verified fix, and a fix that does not help is taken back, on a real cluster.
 *
 * The cluster stays up afterwards, whatever came of it, until `make demo-down`. Interrupted before it is up, it goes at once.
 */
import { readKept, stopKept } from '../cluster/kept.ts';
import { prefetch, preflight, type Wanted } from '../cluster/preflight.ts';
import { possibleLevel, raiseStage, type Stage } from '../stage/stage.ts';
import { actOne, actTwo, Declined, followPlans } from './acts.ts';
import { whatHappened, whatNext } from './closing.ts';
import { DEMO } from './name.ts';
import { whoeverIsThere } from './person.ts';
import { createView } from './view.ts';

const SOAK_SECONDS = 5;
const INTERRUPTED = 130;

const alwaysYes = process.env['YES'] === '1';
const view = createView({ out: process.stdout, colour: (process.env['NO_COLOR'] ?? '') === '' });
let stage: Stage | undefined;

process.once('SIGINT', () => {
  view.line(stage === undefined ? '\nInterrupted.' : '\nInterrupted. The cluster is still up. Take it away with: make demo-down');
  process.exit(INTERRUPTED);
});

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof Declined) view.prose(`${error.message}; nothing was changed. The Incident waits for you.`);
  else await whatHappened(error, view, stage);
  process.exitCode = 1;
}
stage?.world.close();

async function main(): Promise<number> {
  if (!alwaysYes && !process.stdin.isTTY) throw new Error('there is no terminal to ask for the approval; run: make demo YES=1');
  view.heading('Agent-SRE', 'an alert becomes a verified fix');
  stage = await raise();
  await stage.cluster.keep();
  followPlans({ stage, view });
  const telling = { stage, view, judge: whoeverIsThere(stage, view, alwaysYes) };
  const seconds = await actOne(telling);
  view.prose(`From "make demo" to Resolved: ${Math.round(seconds)} s.`);
  await actTwo(telling);
  whatNext(stage, view);
  return 0;
}

async function raise(): Promise<Stage> {
  const { level, why } = process.env['LEVEL'] === 'sim' ? { level: 'sim' as const, why: 'you asked for LEVEL=sim' } : possibleLevel();
  const wanted: Wanted = { level, addons: ['flux', 'prometheus', 'alertmanager', 'kube-state-metrics', 'git'] };
  if (level !== 'real') view.prose(`No containers run here: ${why}. Pods are simulated; all else is real.`);
  const problems = await preflight(wanted);
  if (problems.length > 0) throw new Error(problems.join('; '));
  if (readKept(DEMO) !== undefined)
    await view.step(
      'the cluster of the last demo to go',
      () => stopKept(DEMO),
      () => 'the cluster of the last demo is gone',
    );
  await view.step(
    'the parts of the cluster',
    () => prefetch(wanted, (line) => view.detail(line)),
    () => 'all parts of the cluster are here',
  );

  const underWay = new Set<string>();
  const show = (): void => view.detail([...underWay].join(', '));
  return view.step(
    'the stage',
    () =>
      raiseStage({
        name: DEMO,
        level,
        soakSeconds: SOAK_SECONDS,
        log: (line) => view.detail(line),
        progress(part, state) {
          if (state === 'begins') underWay.add(part);
          else underWay.delete(part);
          show();
        },
      }),
    (raised) => `the stage: ${raised.cluster.level === 'real' ? 'real' : 'simulated'} pods, Flux, Prometheus, Agent-SRE`,
  );
}
