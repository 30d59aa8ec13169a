/**
 * `make bench`, the loop: what the demo's first act takes, and what the operator costs while nothing happens.
 *
 * Prints each figure beside what is aimed at. It judges nothing: how fast this machine is today says little about the code.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROCESSES } from '../../../src/crds/installation.ts';
import * as expectations from '../../stage/expectations.ts';
import { OPERATOR_NAMESPACE, possibleLevel, raiseStage, type Stage } from '../../stage/stage.ts';
import { crash, timeoutWithUnit } from '../../stage/troubles.ts';
import { idleCost, restartSeconds } from './cost.ts';
import { type Figure, printFigures } from './table.ts';

const SOAK_SECONDS = 5;
/** The last words about the Incident are written. */
const SETTLE_SECONDS = 15;
const IDLE_SECONDS = 60;

const { level, why } = possibleLevel();
if (level !== 'real') throw new Error(`the loop is measured on real pods only: ${why}`);
console.log(`Measuring the loop; this takes about ${IDLE_SECONDS + SETTLE_SECONDS + 75} s.`);
const stage = await raiseStage({ soakSeconds: SOAK_SECONDS, progress: () => {}, log: (line) => process.stderr.write(`${line}\n`) });
try {
  const raised = performance.now() / 1000;
  const loop = await playOnce(stage);
  const resolved = performance.now() / 1000;
  await sleep(SETTLE_SECONDS * 1000);
  const cost = await idleCost(stage, IDLE_SECONDS);
  const figures: readonly Figure[] = [
    { what: 'start of the demo to the stage being set', value: raised, unit: 's' },
    { what: 'start of the demo to Resolved (act 1, approved at once)', value: resolved, unit: 's', aim: '≤ 150 s' },
    { what: 'alert received to a plan with its diff', value: loop.toPlan, unit: 's', aim: '≤ 10 s' },
    { what: 'alert received to the diagnosis', value: loop.toDiagnosis, unit: 's', aim: '≤ 10 s' },
    { what: 'approval to the pushed commit', value: loop.toCommit, unit: 's' },
    ...PROCESSES.flatMap((process): readonly Figure[] => [
      { what: `${process}: RSS, idle`, value: cost[process].residentMebibytes, unit: 'MiB', aim: '≤ 128 MiB' },
      { what: `${process}: CPU, idle`, value: cost[process].cores, unit: 'cores', aim: '≤ 0.02 cores' },
      { what: `${process}: API writes while idle, Lease renewals apart`, value: cost[process].writes, unit: '', aim: '0' },
    ]),
    ...(await startFigures(stage)),
  ];
  printFigures(figures);
} finally {
  await stage.stop();
}

interface Loop {
  readonly toDiagnosis: number;
  readonly toPlan: number;
  readonly toCommit: number;
}

/** In seconds, as seen by watches; the first moment is when the Incident that the alert became was stored. */
async function playOnce(on: Stage): Promise<Loop> {
  const { world, repository } = on;
  await repository.commit(timeoutWithUnit);
  const incident = await world.until({ ...expectations.incidentOpens(crash.alertname, crash.service), deadlineSeconds: 120 });
  const opened = performance.now();
  await world.until(expectations.diagnosisIsThere(incident));
  const diagnosed = performance.now();
  const plan = await world.until(expectations.planIsReady(incident));
  const planned = performance.now();
  await on.sre('alice', 'approve', plan.metadata.name, '--namespace', OPERATOR_NAMESPACE, '--yes');
  const approved = performance.now();
  await world.until(expectations.commitIsPushed(plan));
  const pushed = performance.now();
  await world.until(expectations.incidentIsResolved(incident));
  return { toDiagnosis: (diagnosed - opened) / 1000, toPlan: (planned - opened) / 1000, toCommit: (pushed - approved) / 1000 };
}

async function startFigures(on: Stage): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const process of PROCESSES) {
    figures.push({ what: `${process}: start to ready`, value: await restartSeconds(on, process), unit: 's', aim: '≤ 2 s' });
  }
  return figures;
}
