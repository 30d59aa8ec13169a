/** One scene's namespace and folder: what people do in it, and what they wait for until an Incident about it has come to its end. */
import { expect } from 'vitest';
import type { Incident, RemediationPlan } from '../../../src/crds/kinds.ts';
import type { Person } from '../../cluster/api/users.ts';
import type { Seen, Sign } from '../../live/seen.ts';
import * as expectations from '../../stage/expectations.ts';
import { OPERATOR_NAMESPACE } from '../../stage/stage.ts';
import type { Expectation, World } from '../../stage/world.ts';
import type { Bench } from './bench.ts';

export type Edits = Readonly<Record<string, (content: string) => string>>;

export interface App {
  readonly name: string;
  /** A person of the team edits files of the folder in one commit. Gives the commit. */
  push(subject: string, edits: Edits): Promise<string>;
  /** Waits until the namespace looks like this. */
  until(sign: Sign): Promise<Seen>;
  /** The Incident that a firing alert has become. */
  incident(alertname: string, withinSeconds?: number): Promise<Incident>;
  /** The plan that the operator has made for it, with its diff; another one than `before`. */
  plan(incident: Incident, before?: RemediationPlan): Promise<RemediationPlan>;
  /** The plan as it is now. */
  now(plan: RemediationPlan): RemediationPlan;
  /** The lines that a plan takes out and puts in. */
  changed(plan: RemediationPlan): readonly string[];
  approve(person: Person, plan: RemediationPlan): Promise<string>;
  /** Waits until the engine reports the commit, the criteria hold and a second look finds nothing wrong. */
  verified(plan: RemediationPlan): Promise<RemediationPlan>;
  resolved(incident: Incident): Promise<Incident>;
  /** From the alert to Resolved, approved by one person as it is proposed. */
  remedied(alertname: string, expected: ExpectedPlan): Promise<Remedied>;
}

export interface ExpectedPlan {
  /** The one action, as far as it matters. */
  readonly action: object;
  /** The lines of the diff. */
  readonly changed: readonly unknown[];
  /** How long it may take until the alert fires. */
  readonly alertSeconds?: number;
}

export interface Remedied {
  readonly incident: Incident;
  readonly plan: RemediationPlan;
}

const ALERT_SECONDS = 90;
const PLAN_SECONDS = 120;
const PAGE = ['--namespace', OPERATOR_NAMESPACE] as const;

export function openApp({ stage, lookout, times }: Omit<Bench, 'open' | 'openEmpty'>, name: string): App {
  const see = <T>(expectation: Expectation<T>, deadlineSeconds = expectation.deadlineSeconds): Promise<T> =>
    stage.world.until({ ...expectation, deadlineSeconds });
  const author = { name: `team-${name}`, email: `${name}@shop.example` };
  const app: App = {
    name,
    push: (subject, edits) =>
      stage.repository.push({
        author,
        subject,
        body: 'As agreed this morning.',
        edits: Object.fromEntries(Object.entries(edits).map(([file, edit]) => [`apps/${name}/${file}`, edit])),
      }),
    until: (sign) => lookout.until(name, sign),
    async incident(alertname, deadlineSeconds = ALERT_SECONDS) {
      const incident = await see({
        what: `an Incident about ${alertname} in ${name}`,
        deadlineSeconds,
        look: ({ incidents }) => incidents.findLast((one) => isAbout(one, alertname, name)),
        instead: ({ incidents }) => incidents.map(({ spec }) => spec.title).join(', ') || 'none',
      });
      times.follow(name, incident);
      return incident;
    },
    async plan(incident, before) {
      const { look, ...rest } = expectations.planIsReady(incident);
      const other = async (world: World) => {
        const plan = await look(world);
        return plan?.metadata.uid === before?.metadata.uid ? undefined : plan;
      };
      return see({ ...rest, look: other }, PLAN_SECONDS);
    },
    now({ metadata }) {
      const plan = stage.world.now().plans.find((one) => one.metadata.uid === metadata.uid);
      if (plan === undefined) throw new Error(`plan ${metadata.name} is gone`);
      return plan;
    },
    changed: ({ status }) => (status?.diff ?? '').split('\n').filter((line) => /^[-+](?![-+])/u.test(line)),
    approve: async (person, { metadata }) => (await stage.sre(person, 'approve', metadata.name, '--yes', ...PAGE)).stdout,
    async verified(plan) {
      if (plan.spec.strategy !== 'Direct') await see(expectations.revisionIsSynced(plan), PLAN_SECONDS);
      return see(expectations.planSucceeds(plan));
    },
    resolved: (incident) => see(expectations.incidentIsResolved(incident)),
    async remedied(alertname, expected) {
      const incident = await app.incident(alertname, expected.alertSeconds);
      const plan = await app.plan(incident);
      expect(plan.spec.actions).toEqual([expect.objectContaining(expected.action)]);
      expect(app.changed(plan)).toEqual(expected.changed);
      await app.approve('alice', plan);
      const done = await app.verified(plan);
      expect(done.status?.checks?.filter(({ result }) => result !== 'Passed')).toEqual([]);
      return { incident: await app.resolved(incident), plan: done };
    },
  };
  return app;
}

function isAbout({ spec }: Incident, alertname: string, namespace: string): boolean {
  return (spec.alerts ?? []).some(({ labels }) => labels['alertname'] === alertname && labels['namespace'] === namespace);
}
