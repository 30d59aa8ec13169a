/** One life of the executor: from its start until it dies at a write, or there is nothing more to do for its plan. */
import { Registry } from 'prom-client';
import { createAudit } from '../../../src/audit/chain.ts';
import { systemClock } from '../../../src/clock.ts';
import { createRemediationPlanController } from '../../../src/controllers/remediationplan/controller.ts';
import { createRemediationPolicyController } from '../../../src/controllers/remediationpolicy/controller.ts';
import { stopEntries } from '../../../src/controllers/stopEntry.ts';
import { createStopSwitch } from '../../../src/controllers/stopSwitch.ts';
import { type RemediationPlan, remediationPlans } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createManager } from '../../../src/kube/manager.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import type { MetricsPort } from '../../../src/sources/metrics.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';
import { type Death, dyingClient } from './dyingClient.ts';

type Deps = Parameters<typeof createRemediationPlanController>[0];

const NO_HOSTS: Deps['hosts'] = { of: () => undefined, close: () => Promise.resolve() };

export interface Life {
  readonly executor: KubeClient;
  /** Reads the plan, as somebody who lives on. */
  readonly observer: KubeClient;
  readonly remediate: Deps['remediate'];
  /** Absent: none. */
  readonly hosts?: Deps['hosts'];
  readonly identities?: Deps['identities'];
  /** Absent: it does not die. */
  readonly death?: Death | undefined;
  readonly plan: RemediationPlan;
  /** Absent: nothing is measured. */
  readonly metrics?: readonly MetricsPort[] | undefined;
  readonly isOver?: (plan: RemediationPlan) => boolean | Promise<boolean>;
  /** How long it may live. */
  readonly patienceMs?: number;
}

/** Says at which write it died; undefined when it lived until its plan was over. */
export async function live({
  executor,
  observer,
  death,
  plan,
  isOver = isSettled,
  patienceMs = 60_000,
  ...options
}: Life): Promise<string | undefined> {
  const { client, died } = dyingClient(executor, death);
  const { stop, stopped } = startExecutor({ executor: client, ...options });
  const ended = until(
    `plan ${plan.metadata.name} ends or the executor dies`,
    async () => (stopped() || (await isOver(await seen(observer, plan))) ? 'ended' : undefined),
    patienceMs,
  );
  try {
    return await Promise.race([died, ended.then(() => undefined)]);
  } finally {
    await stop();
    await ended.catch(() => undefined); // told above, unless it died meanwhile
  }
}

export interface RunningExecutor {
  readonly stop: () => Promise<void>;
  readonly stopped: () => boolean;
}

interface ExecutorOptions extends Pick<Life, 'executor' | 'remediate' | 'metrics' | 'hosts' | 'identities'> {
  /** Whether it judges policies, too: a life that ends at the writes of its plan does not. */
  readonly judgesPolicies?: boolean;
}

/** The controllers of the executor, until they are stopped. */
export function startExecutor({
  executor,
  remediate,
  metrics = [],
  hosts = NO_HOSTS,
  identities = [],
  judgesPolicies = false,
}: ExecutorOptions): RunningExecutor {
  const manager = createManager({
    client: executor,
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    name: 'agentsre.io/executor',
    drainMs: 1_000,
  });
  const { operatorNamespace: namespace } = remediate;
  const audit = createAudit({
    client: executor,
    namespace,
    chain: 'executor',
    clock: systemClock,
    logger: silentLogger,
    redactor: createRedactor(),
    signingKey: () => Promise.resolve(undefined),
    metrics: { recorded: () => undefined, failed: () => undefined, stands: () => undefined },
  });
  const stopSwitch = createStopSwitch({
    client: executor,
    clock: systemClock,
    logger: silentLogger,
    namespace,
    onTurn: (now, before) => audit.record(stopEntries(now, before)),
  });
  manager.addRunnable({ name: 'stop switch', group: 'leader', run: (signal) => stopSwitch.run(signal) });
  const measurements = createMeasurements(metrics);
  if (judgesPolicies)
    manager.addController(createRemediationPolicyController({ clock: systemClock, events: manager.events, measurements }));
  manager.addController(
    createRemediationPlanController({
      clock: systemClock,
      leadership: manager,
      stopSwitch,
      audit,
      events: manager.events,
      redact: (text) => text,
      remediate,
      hosts,
      identities,
      protectedNamespaces: [],
      measurements,
      alertState: () => Promise.resolve('inactive' as const),
    }),
  );
  const stop = new AbortController();
  const running = manager.run(stop.signal);
  return {
    stopped: () => stop.signal.aborted,
    stop: async () => {
      stop.abort();
      await running.catch(() => undefined);
    },
  };
}

/** It has ended, and nothing is left to do for it. */
const isSettled = ({ status }: RemediationPlan): boolean => status?.settledAt !== undefined;

/** All lives that its plan takes, each ended before or after its next write. Gives what each died at. @param most more than any plan needs */
export async function liveAndDie(life: Omit<Life, 'death'>, most: number): Promise<readonly string[]> {
  const deaths: string[] = [];
  for (let count = 0; count < most; count += 1) {
    const death = count % 2 === 0 ? 'before' : 'after';
    const diedAt = await live({ ...life, death });
    if (diedAt === undefined) return deaths;
    deaths.push(`${death} ${diedAt}`);
  }
  throw new Error(`plan ${life.plan.metadata.name} has not ended after ${most} lives: ${deaths.join(', ')}`);
}

/** The plan as it is now. */
export async function seen(client: KubeClient, { metadata: { namespace, name } }: RemediationPlan): Promise<RemediationPlan> {
  const found = await client.get(remediationPlans, { namespace, name });
  if (found === undefined) throw new Error(`plan ${name} is gone`);
  return found;
}
