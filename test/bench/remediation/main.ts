/**
 * What the executor adds to the time that a fix takes, on a real API server with Git and Flux: from the engine's report to the verification, and from the
 * word that a fix does not help until it is taken back and what runs is seen to be as before.
 *
 * Prints each figure beside what is aimed at. It judges nothing: how fast this machine is today says little about the code.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemediationPlan } from '../../../src/crds/kinds.ts';
import { kustomizations } from '../../../src/gitops/flux/resources.ts';
import { commitOf } from '../../../src/gitops/sync.ts';
import { live, seen } from '../../integration/controllers/executorLife.ts';
import {
  answerVerification,
  approve,
  begin,
  lifeOf,
  type Outcome,
  openTheatre,
  type Theatre,
} from '../../integration/controllers/executorStory.ts';
import { type Figure, printFigures } from '../loop/table.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 240_000;

const theatre = await openTheatre();
try {
  const [reports, reverts]: [number[], number[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    reports.push((await play(theatre, `good-${round}`, 'NothingWrong')).toVerification);
    const bad = await play(theatre, `bad-${round}`, 'Unresolved');
    reports.push(bad.toVerification);
    reverts.push(bad.toRestored);
  }
  printFigures([
    ...figures('engine reports the revision to the verification having started', reports, '≤ 2 s'),
    ...figures('word that it does not help to taken back and verified', reverts, '≤ 60 s'),
  ]);
} finally {
  await theatre.close();
}

interface Played {
  readonly toVerification: number;
  readonly toRestored: number;
}

/** In seconds. */
async function play(on: Theatre, name: string, outcome: Outcome): Promise<Played> {
  const { plan } = await begin(on, name);
  const told = tell(on, plan, outcome);
  const over = new AbortController();
  const reported = reportOf(on, plan, name, over.signal);
  await live({ ...lifeOf(on, plan), patienceMs: PATIENCE_MS });
  over.abort();
  const { status } = await seen(on.stage.client, plan);
  return {
    toVerification: (Date.parse(status?.sync?.at ?? '') - (await reported)) / 1000,
    toRestored: (Date.parse(status?.rollback?.completedAt ?? '') - (await told)) / 1000,
  };
}

/** Approves, and says what is seen after the fix; gives when that was said. */
async function tell(on: Theatre, plan: RemediationPlan, outcome: Outcome): Promise<number> {
  await approve(on, plan);
  await answerVerification(on, plan, outcome);
  return Date.now();
}

/** When the engine first says that it has applied the commit, as an onlooker sees it. */
async function reportOf({ stage }: Theatre, plan: RemediationPlan, name: string, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    const sha = (await seen(stage.client, plan)).status?.commit?.sha;
    const { items } = await stage.client.list(kustomizations, {});
    const own = items.find(({ metadata }) => metadata.name === name);
    if (sha !== undefined && commitOf(own?.status?.lastAppliedRevision) === sha) return Date.now();
    await sleep(LOOK_EVERY_MS);
  }
  return Number.NaN;
}

function figures(what: string, seconds: readonly number[], aim: string): readonly Figure[] {
  const sorted = seconds.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  return [
    { what: `${what}, median of ${sorted.length}`, value: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, unit: 's' },
    { what: `${what}, worst`, value: sorted.at(-1) ?? Number.NaN, unit: 's', aim },
  ];
}
