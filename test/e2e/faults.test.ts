/**
 * Faults of every family on pods that a real kubelet runs, each told by the alert that a common rule would raise, and diagnosed by the operator's
 * own processes under their own accounts, without a model. Healthy neighbours, alerted about just the same, get no cause.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Investigation } from '../../src/crds/kinds.ts';
import { canRunReal } from '../cluster/real/capability.ts';
import { isRealNodeKept } from '../cluster/real/node.ts';
import { FAULTS } from '../live/faults/all.ts';
import type { Fault } from '../live/faults/fault.ts';
import { HEALTHY } from '../live/faults/healthy.ts';
import { registries } from '../live/faults/images.ts';
import { nodeFaults } from '../live/faults/scheduling.ts';
import { isReady } from '../live/seen.ts';
import { isSettled } from '../live/settled.ts';
import { SHAPES } from '../live/shapes.ts';
import { untilTrue } from '../support/until.ts';
import { type Diagnosed, type FaultScene, keepLogs, raiseFaultScene } from './faultScene.ts';
import { logOf } from './process.ts';
import { createTable } from './timeTable.ts';

const RAISE_MS = 300_000;
/** Some causes are told from what passes after five minutes only. */
const LONGEST_MS = 600_000;
const SURE = 70;

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('on a real node', () => {
  let scene: FaultScene;
  const running = new Map<string, Promise<Diagnosed>>();
  const table = createTable();
  let failed = false;

  beforeAll(async () => {
    scene = await raiseFaultScene();
    await scene.apply({ name: 'registries', objects: registries });
    await scene.until('registries', isReady);
    for (const fault of FAULTS) {
      await scene.apply(fault);
      begin(fault.name, scene.diagnose(fault));
    }
    for (const { shape, alert } of HEALTHY) {
      const { objects = [] } = SHAPES.find(({ name }) => name === shape) ?? {};
      await scene.apply({ name: `healthy-${shape}`, objects });
      begin(`healthy-${shape}`, afterSettling(`healthy-${shape}`, alert));
    }
  }, RAISE_MS);
  afterAll(async () => {
    if (scene === undefined) return;
    console.log(table.inWords());
    if (failed) process.stderr.write(`the logs of all that ran are in ${keepLogs(scene.cluster)}\n`);
    await scene.stop();
  }, RAISE_MS);

  const begin = (name: string, diagnosis: Promise<Diagnosed>): void => {
    diagnosis.catch(() => undefined); // its test tells
    running.set(name, diagnosis);
  };

  async function afterSettling(namespace: string, alert: Fault['alert']): Promise<Diagnosed> {
    await untilTrue(`${namespace} to be well`, () => isSettled(scene.kube, namespace), RAISE_MS);
    return scene.alert(namespace, alert(await scene.until(namespace, () => true)));
  }

  async function named(fault: Fault, diagnosis: Promise<Diagnosed> | undefined): Promise<void> {
    try {
      const { investigation, tookMs } = (await diagnosis) ?? {};
      if (investigation === undefined || tookMs === undefined) throw new Error('it was not begun');
      table.add(fault.name, investigation, tookMs);
      expectCause(fault, investigation);
      await expectEvidence(investigation);
    } catch (error) {
      failed = true;
      throw error;
    }
  }

  test.each(FAULTS)('$name: $cause.reason', (fault) => named(fault, running.get(fault.name)), LONGEST_MS);

  test.each(HEALTHY)(
    'healthy, $shape: no cause',
    async ({ shape }) => {
      const { investigation } = (await running.get(`healthy-${shape}`)) ?? {};
      expect(investigation?.status?.rootCause).toBeUndefined();
      expect(investigation?.status?.outcome).toMatch(/^(?:NothingWrong|Unresolved)$/u);
      expect(sureOf(investigation)).toEqual([]);
    },
    LONGEST_MS,
  );

  test.each(nodeFaults)('$name: $cause.reason', async (fault) => {
    await fault.ail(scene.kube);
    try {
      await scene.apply(fault);
      await named(fault, scene.diagnose(fault));
    } finally {
      await fault.heal(scene.kube);
    }
  });

  test('neither process was refused anything by the API server', () => {
    for (const one of Object.values(scene.operator.processes)) {
      expect(
        logOf(one)
          .split('\n')
          .filter((line) => /"level":"(?:warn|error)".*(?:forbidden|cannot (?:get|list|watch|create|patch))/iu.test(line)),
        one.process,
      ).toEqual([]);
    }
  });

  function expectCause({ name, cause, alsoTrue = [], says = '' }: Fault, { status }: Investigation): void {
    expect(
      status?.rootCause,
      JSON.stringify(status?.hypotheses?.map(({ statement, confidence }) => `${confidence} % ${statement}`)),
    ).toMatchObject({
      reason: cause.reason,
      object: { kind: cause.kind, name: cause.name, ...(cause.kind !== 'Namespace' && { namespace: name }) },
      statement: expect.stringContaining(says),
    });
    expect(sureOf({ status }).filter((reason) => ![cause.reason, ...alsoTrue].includes(reason))).toEqual([]);
  }

  /** Each piece that the cause cites can be had by its digest. */
  async function expectEvidence({ status }: Investigation): Promise<void> {
    const cited = status?.rootCause?.evidence ?? [];
    expect(cited.length).toBeGreaterThan(0);
    for (const id of cited) {
      const { digest = '' } = status?.evidence?.find((one) => one.id === id) ?? {};
      expect((await scene.evidence.get(digest))?.content, `${id} ${digest}`).toBeDefined();
    }
  }
});

/** Reasons of the hypotheses that are held for likely. */
const sureOf = (investigation: Pick<Investigation, 'status'> | undefined) =>
  (investigation?.status?.hypotheses ?? [])
    .filter(({ confidence }) => confidence >= SURE)
    .flatMap(({ supports }) => investigation?.status?.findings?.find(({ id }) => id === supports[0])?.reason ?? []);
