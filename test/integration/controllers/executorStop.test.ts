/**
 * The stop switch in every phase of a plan, on a real API server, real Git behind a host that can be slow, and the real Flux: no effect begins while it
 * is set, one in flight is cut short and then looked for, and after a start everything goes on, once.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { type RemediationPlan, remediationPlans } from '../../../src/crds/kinds.ts';
import { STOP_SWITCH } from '../../../src/crds/stopSwitch.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';
import { kubectlSre } from '../../support/kubectlSre.ts';
import { until, untilTrue } from '../../support/until.ts';
import type { Shop } from '../remediate/support/stage.ts';
import { makeReadyNode, proposeDirectly } from './directPlan.ts';
import { type Life, live, seen } from './executorLife.ts';
import { answerVerification, approve, begin, cart, lifeOf, NAMESPACE, openTheatre, type Story, type Theatre } from './executorStory.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
}, 120_000);
afterAll(() => theatre?.close());
afterEach(async () => {
  await theatre.stage.client.delete(configMaps, { namespace: NAMESPACE, name: STOP_SWITCH });
  // No more than a third of the nodes may be cordoned: each test begins with those of the cluster.
  for (const name of cordoned.splice(0)) await theatre.stage.client.delete(nodes, { name });
});

async function sre(...args: readonly string[]): Promise<void> {
  const { code, err } = await kubectlSre(theatre.stage.cluster, args);
  expect([code, err]).toEqual([0, '']);
}
const stop = (): Promise<void> => sre('stop', '--reason', 'the database moves');
const start = (): Promise<void> => sre('start');

type Status = NonNullable<RemediationPlan['status']>;

async function untilStatus(what: string, plan: RemediationPlan, holds: (status: Status) => boolean): Promise<Status> {
  return until(
    `plan ${plan.metadata.name}: ${what}`,
    async () => {
      const { status } = await seen(theatre.stage.client, plan);
      return status !== undefined && holds(status) ? status : undefined;
    },
    60_000,
  );
}

const saysStopped = ({ conditions, waitingOn }: Status): boolean =>
  conditions?.some(({ type, message }) => type === 'Stopped' && message.includes('stopped by alice')) === true &&
  waitingOn?.detail?.includes('the database moves') === true;
/** It has its approval, and would act. */
const isHeld = (status: Status): boolean => saysStopped(status) && status.phase === 'Applying';

/** While the executor lives. */
async function during(life: Life, play: () => Promise<void>): Promise<void> {
  let over = false;
  const living = live({ ...life, isOver: () => over, patienceMs: 200_000 });
  try {
    await play();
  } finally {
    over = true;
    await living;
  }
}

/** What is on the host by now. */
function commitsAfter({ shop: { ada }, bad }: Story): readonly string[] {
  ada.tip();
  return ada
    .git('log', '--reverse', '--format=%s', `${bad}..HEAD`)
    .split('\n')
    .filter((line) => line !== '');
}

describe('a plan', { timeout: 200_000 }, () => {
  test('that is stopped from its beginning is shown and judged, and carried out after the start', async () => {
    await stop();
    const story = await begin(theatre, 'from-the-beginning');
    const { plan } = story;
    await during(lifeOf(theatre, plan), async () => {
      const shown = await untilStatus('is shown', plan, ({ digest }) => digest !== undefined);
      expect([shown.phase, saysStopped(shown)]).toEqual(['AwaitingApproval', true]);
      await approve(theatre, plan);
      const held = await untilStatus('has its approval', plan, isHeld);
      expect([held.commit, held.intent]).toEqual([undefined, undefined]);
      expect(commitsAfter(story)).toEqual([]);

      await start();
      await answerVerification(theatre, plan, 'NothingWrong', new AbortController().signal);
      const ended = await untilStatus('ends', plan, ({ phase }) => phase === 'Succeeded');
      expect(ended.conditions?.some(({ type }) => type === 'Stopped')).toBe(false);
    });
    expect(commitsAfter(story)).toHaveLength(1);
  });

  test('that is stopped while it is rendered, or waits for an approval, says so at once', async () => {
    const { plan } = await begin(theatre, 'while-rendered');
    await during(lifeOf(theatre, plan), async () => {
      await untilStatus('is looked at', plan, () => true);
      await stop();
      await untilStatus('says that it is stopped', plan, (status) => saysStopped(status) && status.digest !== undefined);
      await start();
      await untilStatus('waits for an approver', plan, ({ waitingOn }) => waitingOn?.detail === 'an approver');
      await stop();
      await untilStatus('says that it is stopped', plan, saysStopped);
    });
  });

  test('that has expired when it is started again does nothing', async () => {
    await stop();
    const story = await begin(theatre, 'expires');
    const expiring = await remake(story.plan, new Date(Date.now() + 25_000).toISOString());
    await during(lifeOf(theatre, expiring), async () => {
      await approve(theatre, expiring);
      await untilStatus('has its approval', expiring, isHeld);
      await untilTrue('it has expired', () => Date.now() > Date.parse(expiring.spec.expiresAt), 60_000);
      await start();
      const { conditions } = await untilStatus('ends', expiring, ({ phase }) => phase === 'Expired');
      expect(conditions?.find(({ type }) => type === 'Succeeded')?.message).toContain('it was approved, and could not begin before');
    });
    expect(commitsAfter(story)).toEqual([]);
  });

  test('whose fix is out is verified while stopped, and taken back only after the start', async () => {
    const story = await begin(theatre, 'taken-back');
    const { plan, shop } = story;
    await during(lifeOf(theatre, plan), async () => {
      await approve(theatre, plan);
      await untilStatus('syncs', plan, ({ commit }) => commit !== undefined);
      await stop();
      await answerVerification(theatre, plan, 'Unresolved', new AbortController().signal);
      const held = await untilStatus('would take it back', plan, (status) => saysStopped(status) && status.phase === 'RollingBack');
      expect(held.sync).toBeDefined();
      expect(held.intent?.effect).toBe('Commit');
      expect(commitsAfter(story)).toHaveLength(1);

      await start();
      await untilStatus('ends', plan, ({ phase }) => phase === 'RolledBack');
    });
    expect(commitsAfter(story)).toHaveLength(2);
    expect(shop.ada.read('apps/cart.yaml')).toBe(cart('taken-back', '9090'));
  });
});

describe('a push that is in flight when it is stopped', { timeout: 200_000 }, () => {
  test('and has reached the host is recorded, watched, and not pushed again', async () => {
    const story = await begin(theatre, 'arrived');
    const { plan } = story;
    const host = slowHost(story.shop, 'post-receive');
    await during(lifeOf(theatre, plan), async () => {
      await approve(theatre, plan);
      await untilTrue('the push is in flight', host.isHolding, 60_000);
      await stop();
      // It is cut short: the host never said that it has it.
      const found = await untilStatus('finds it', plan, ({ commit }) => commit !== undefined);
      expect(found.conditions?.some(({ type }) => type === 'Stopped')).toBe(true);
      host.letPass();
      await start();
      await answerVerification(theatre, plan, 'NothingWrong', new AbortController().signal);
      await untilStatus('ends', plan, ({ phase }) => phase === 'Succeeded');
    });
    expect(commitsAfter(story)).toHaveLength(1);
  });

  test('and has not is pushed once, after the start', async () => {
    const story = await begin(theatre, 'lost');
    const { plan } = story;
    const host = slowHost(story.shop, 'pre-receive');
    await during(lifeOf(theatre, plan), async () => {
      await approve(theatre, plan);
      await untilTrue('the push is in flight', host.isHolding, 60_000);
      await stop();
      await untilStatus('is cut short', plan, saysStopped);
      host.refuse();
      expect(commitsAfter(story)).toEqual([]);
      host.heal();
      await start();
      await untilStatus('is pushed', plan, ({ commit }) => commit !== undefined);
    });
    expect(commitsAfter(story)).toHaveLength(1);
  });
});

describe('a direct change', { timeout: 200_000 }, () => {
  test('is held, and made once after the start', async () => {
    await stop();
    const plan = await cordon('held');
    await during(lifeOf(theatre, plan), async () => {
      await approve(theatre, plan);
      await untilStatus('has its approval', plan, isHeld);
      expect(await isCordoned('held')).toBe(false);
      await start();
      await untilStatus('ends', plan, ({ phase }) => phase === 'Succeeded');
    });
    expect(await isCordoned('held')).toBe(true);
  });

  test('that was cut short and had been made is found, and not made again', async () => {
    const plan = await cordon('cut');
    const { client, inFlight } = slowPatches(theatre.executor);
    await during({ ...lifeOf(theatre, plan), executor: client }, async () => {
      await approve(theatre, plan);
      await inFlight;
      await stop();
      const { applied } = await untilStatus('finds it', plan, (status) => status.applied !== undefined);
      expect(applied?.what).toBe('CordonNode on Node/cut');
    });
    expect(await isCordoned('cut')).toBe(true);
  });
});

test('an executor that can’t read the switch begins nothing, and goes on once it can', { timeout: 200_000 }, async () => {
  const plan = await cordon('unread');
  let isReadable = false;
  const client: KubeClient = {
    ...theatre.executor,
    get: (resource, key, options) =>
      key.name === STOP_SWITCH && !isReadable ? Promise.reject(new Error('etcd is away')) : theatre.executor.get(resource, key, options),
  };
  await during({ ...lifeOf(theatre, plan), executor: client }, async () => {
    await approve(theatre, plan);
    const { waitingOn, intent } = await untilStatus('has its approval', plan, ({ phase }) => phase === 'Applying');
    expect(waitingOn).toMatchObject({
      who: 'AgentSRE',
      detail: expect.stringContaining('to read the stop switch, without which nothing begins'),
    });
    expect(intent).toBeUndefined();
    expect(await isCordoned('unread')).toBe(false);
    isReadable = true;
    await untilStatus('ends', plan, ({ phase }) => phase === 'Succeeded');
  });
});

interface SlowHost {
  readonly isHolding: () => boolean;
  readonly letPass: () => void;
  readonly refuse: () => void;
  readonly heal: () => void;
}

/** A host that takes its time with each push until it is told how it ends: before it moves the branch, or when it has and has not said so yet. */
function slowHost({ bare }: Shop, when: 'pre-receive' | 'post-receive'): SlowHost {
  const [hook, holding, verdict] = [`hooks/${when}`, 'holding', 'verdict'].map((name) => join(bare, name)) as [string, string, string];
  const script = `#!/bin/sh\ntouch ${holding}\nwhile [ ! -f ${verdict} ]; do sleep 0.1; done\nexit $(cat ${verdict})\n`;
  writeFileSync(hook, script, { mode: 0o755 });
  return {
    isHolding: () => existsSync(holding),
    letPass: () => writeFileSync(verdict, '0'),
    refuse: () => writeFileSync(verdict, '1'),
    heal: () => rmSync(hook),
  };
}

/** Patches of nodes arrive, and their answers never come: they end when they are cut short. */
function slowPatches(real: KubeClient): { readonly client: KubeClient; readonly inFlight: Promise<void> } {
  const { promise: inFlight, resolve } = Promise.withResolvers<void>();
  const client: KubeClient = {
    ...real,
    patch: async (resource, key, body, options) => {
      const made = await real.patch(resource, key, body, options);
      if (resource.plural !== 'nodes' || options.dryRun === true) return made;
      resolve();
      return new Promise((_, reject) => {
        const cutShort = (): void => reject(new Error('cut short'));
        if (options.signal?.aborted === true) cutShort();
        options.signal?.addEventListener('abort', cutShort, { once: true });
      });
    },
  };
  return { client, inFlight };
}

const isCordoned = async (name: string): Promise<boolean> =>
  (await theatre.stage.client.get(nodes, { name }))?.spec?.unschedulable === true;

const cordoned: string[] = [];

async function cordon(name: string): Promise<RemediationPlan> {
  const { client: admin } = theatre.stage;
  cordoned.push(name);
  await makeReadyNode(admin, name);
  const action = { type: 'CordonNode', target: { kind: 'Node', name }, cordonNode: { reviewAfterSeconds: 3600 } } as const;
  const successCriteria = [{ type: 'EffectInPlace', withinSeconds: 60 }] as const;
  return proposeDirectly(
    { admin, investigator: theatre.investigator },
    { namespace: NAMESPACE, name: `cordon-${name}`, action, successCriteria },
  );
}

/** The same plan with another end. */
async function remake({ metadata, spec }: RemediationPlan, expiresAt: string): Promise<RemediationPlan> {
  const name = `${metadata.name}-2`;
  return theatre.investigator.create(remediationPlans, {
    metadata: { namespace: NAMESPACE, name },
    spec: { ...spec, ordinal: 2, expiresAt },
  });
}
