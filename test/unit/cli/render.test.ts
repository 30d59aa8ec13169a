import { describe, expect, test } from 'vitest';
import type { Incident, RemediationPlan } from '../../../src/crds/kinds.ts';
import { incidentPage } from '../../../src/report/pages/incident.ts';
import { incidentLines, withoutFollowers } from '../../../src/report/pages/incidents.ts';
import { planPage } from '../../../src/report/pages/plan.ts';
import type { Page } from '../../../src/text/page.ts';
import { createStyle } from '../../../src/text/style.ts';
import { DIGEST } from '../../support/plans.ts';
import { incident, investigation, NOW, plan } from './story.ts';

const page: Page = { style: createStyle(false), width: 80, now: NOW };
const text = (lines: readonly string[]): string => `\n${lines.join('\n')}\n`;

describe('the list of Incidents', () => {
  test('says in two lines each who has to act on what', () => {
    const mild: Incident = {
      ...incident,
      metadata: { ...incident.metadata, name: 'inc-a2b3c4d5e6f7g2h3-1' },
      spec: { ...incident.spec, severity: 'info', title: 'Disk fills' },
      status: undefined,
    };
    expect(text(incidentLines([mild, incident], page))).toBe(`
INCIDENT                SEVERITY   AGE  WAITING-ON
inc-3kq7vd2mxw4ha5tz-1  critical    5m  Person: an approver
  KubePodCrashLooping: deployment checkout in shop
  Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got "25…
inc-a2b3c4d5e6f7g2h3-1  info        5m  AgentSRE
  Disk fills
`);
  });
});

test('what people said of an Incident stands in the list and at its head', () => {
  const heard: Incident = {
    ...incident,
    spec: {
      ...incident.spec,
      acknowledgement: { by: 'alice', comment: 'on it' },
      expected: { until: '2026-11-21T14:00:00Z', reason: 'load test', by: 'bob' },
    },
    status: { ...incident.status, acknowledgedAt: '2026-11-21T12:01:00Z' },
  };
  expect(incidentLines([heard], page)).toContain('  KubePodCrashLooping: deployment checkout in shop  ✓ alice');
  expect(text(incidentPage(heard, undefined, page))).toContain(`
  Looked after by alice, since 2026-11-21 12:01:00 UTC: on it
  Expected     until 2026-11-21 14:00:00 UTC, says bob: load test
`);
});

describe('a storm', () => {
  const why = 'runs on node worker-2, which is NotReady since 11:58 UTC';
  const leader: Incident = {
    ...incident,
    spec: { ...incident.spec, title: 'KubeNodeNotReady: node worker-2' },
    status: { waitingOn: { who: 'AgentSRE' }, members: [{ name: 'inc-a2b3c4d5e6f7g2h3-1', why }], membersTotal: 17 },
  };
  const member: Incident = {
    ...incident,
    metadata: { ...incident.metadata, name: 'inc-a2b3c4d5e6f7g2h3-1', uid: 'member' },
    status: { groupedInto: { name: leader.metadata.name, uid: leader.metadata.uid, why, since: '2026-11-21T12:00:00Z' } },
  };

  test('is one Incident in the list, with the number of those that follow', () => {
    expect(text(incidentLines(withoutFollowers([leader, member]), page))).toBe(`
INCIDENT                SEVERITY   AGE  WAITING-ON
inc-3kq7vd2mxw4ha5tz-1  critical    5m  AgentSRE
  KubeNodeNotReady: node worker-2  +17
`);
    expect(withoutFollowers([member])).toEqual([member]);
  });

  test('is shown with who follows, and why', () => {
    expect(text(incidentPage(leader, undefined, page))).toContain(`
FOLLOWED BY 17
  inc-a2b3c4d5e6f7g2h3-1  runs on node worker-2, which is NotReady since 11:58
                          UTC
  and 16 more: kubectl sre get --all
`);
    expect(text(incidentPage(member, undefined, page))).toContain(`
  Follows      inc-3kq7vd2mxw4ha5tz-1: it runs on node worker-2, which is
               NotReady since 11:58 UTC
`);
  });
});

describe('an Incident', () => {
  test('tells the cause with its evidence, and what changed', () => {
    expect(text(incidentPage(incident, investigation, page))).toBe(`
inc-3kq7vd2mxw4ha5tz-1  critical · AwaitingApproval · 7m
KubePodCrashLooping: deployment checkout in shop

  Waiting on   Person: an approver
  Began        2026-11-21 11:58:00 UTC, said by Alertmanager
  Alerts       1 firing, 0 over
  Targets      Deployment shop/checkout (app)

Root cause found: checkout

IMPACT
  Since 11:58 one of two pods of checkout is not ready.

ABOUT
  Service      checkout
  Answered in  0.9 s

ROOT CAUSE
  ContainerExitsWithError of Deployment/shop/checkout (app), 95 % sure.
  Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got
  "2500ms". [f1, c1, e1]

ALSO FOUND
  f2   RolloutStuck: Deployment checkout has 1 of 2 new pods ready. [e2]

WHAT CHANGED
  c1   GitCommit 5d1f0c2ab6f0 by Bob Builder, 2026-11-21 11:50:00 UTC (8m
       before)
       Give payments more time
       Deployment/shop/checkout
       spec.template.spec.containers[app].env[PAYMENT_TIMEOUT_MS].value
       - 2500
       + 2500ms

NOT SEEN
  - prometheus (Unavailable): http://prometheus:9090 refused the connection;
    check sources.prometheus.

EVIDENCE
  e1   kubernetes: Error: PAYMENT_TIMEOUT_MS must be a number, got "2500ms"
  e2   kubernetes: Deployment shop/checkout: 1 of 2 ready

HISTORY
  12:00:00  Received: Alertmanager: KubePodCrashLooping: deployment checkout in
            shop
  12:00:03  Diagnosed: Container app exits with code 1: PAYMENT_TIMEOUT_MS must
            be a number, got "2500ms".
`);
  });

  test('says so when nothing is known yet', () => {
    expect(incidentPage({ ...incident, status: undefined }, undefined, page)).toContain('  Not known yet: the investigation is under way.');
  });
});

describe('a plan', () => {
  test('shows an approver what would happen, and the diff', () => {
    expect(text(planPage(plan, page))).toBe(`
Plan rp-4f2a9c1e7b3d5a60  AwaitingApproval · risk Low · 92 % sure
  Take back commit 5d1f0c2ab6f0, which set PAYMENT_TIMEOUT_MS to a value that
  checkout does not understand.

  Does         RevertCommit on Deployment shop/checkout (app): commit
               5d1f0c2ab6f0
  Where        https://git.example/platform main apps/shop, by commit, applied
               by Flux
  Risk         one field of one workload; the value was in use before
  Reaches      1 workload, 2 pods: Deployment shop/checkout
  Helped if    RolloutComplete within 5 min, AlertResolved within 10 min, and
               for 60 s on
  Taken back   by itself if it did not help; at once if ContainerRestarts
               reaches 3
  Policy       Approve by approve: A person approves each diff.
  Expires      2026-11-21 12:30:00 UTC
  Waiting on   Person: an approver
  Digest       sha256:9f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f
               86d081

DIFF
--- a/apps/shop/checkout.yaml
+++ b/apps/shop/checkout.yaml
@@ -20,3 +20,3 @@
         - name: PAYMENT_TIMEOUT_MS
-          value: "2500ms"
+          value: "2500"

APPROVE OR REJECT
  kubectl sre approve rp-4f2a9c1e7b3d5a60 -n agent-sre
  kubectl sre reject rp-4f2a9c1e7b3d5a60 -n agent-sre --reason '…'
`);
  });

  test('shows what is done directly, and what it leaves behind', () => {
    const cordon: RemediationPlan = {
      ...plan,
      spec: {
        ...plan.spec,
        actions: [{ type: 'CordonNode', target: { kind: 'Node', name: 'n1' }, cordonNode: { reviewAfterSeconds: 3600 } }],
        strategy: 'Direct',
      },
      status: {
        ...plan.status,
        diff: undefined,
        owner: { engine: 'None' },
        renderedDiff: [
          { object: 'Node/n1', path: 'spec.unschedulable', after: 'true' },
          { object: 'Pod/shop/a', path: '', before: 'Running, not ready' },
        ],
        proposed: { leaves: { what: 'node n1 is cordoned', end: 'kubectl uncordon n1', reviewAfterSeconds: 3600 } },
      },
    };
    const lines = planPage(cordon, page);
    expect(lines).toEqual(
      expect.arrayContaining([
        '  Does         CordonNode on Node n1: to be looked at again after 60 minutes',
        '  Where        through the API server, at once',
        'CHANGES',
        '  Node/n1 spec.unschedulable: not set -> true',
        '  Pod/shop/a is deleted (Running, not ready)',
      ]),
    );
    expect(lines.join(' ').replaceAll(/\s+/gu, ' ')).toContain('Leaves node n1 is cordoned, until somebody ends it: kubectl uncordon n1');
  });

  test('colours what is added and taken away', () => {
    const lines = planPage(plan, { ...page, style: createStyle(true) });
    expect(lines).toContain('\u001B[31m-          value: "2500ms"\u001B[39m');
    expect(lines).toContain('\u001B[32m+          value: "2500"\u001B[39m');
  });

  test('that has ended asks nobody any more', () => {
    const ended: RemediationPlan = {
      ...plan,
      status: {
        ...plan.status,
        phase: 'Succeeded',
        checks: [{ name: 'AlertResolved', result: 'Passed', message: 'it is gone', at: '2026-11-21T12:03:00Z' }],
      },
    };
    const shown = text(planPage(ended, page));
    expect(shown).toContain('\nCHECKS\n  ✓ AlertResolved: it is gone\n');
    expect(shown).not.toContain('APPROVE OR REJECT');
  });

  test('that waits for its pull request says what to merge, and then what takes it back', () => {
    const pinned = { branch: 'b', headSha: 'a'.repeat(40), parent: 'b'.repeat(40), changes: DIGEST, preparedAt: '2026-11-21T12:00:00Z' };
    const pullRequest = { ...pinned, url: 'https://git.test/pulls/3', number: 3 };
    const proposed: RemediationPlan = { ...plan, spec: { ...plan.spec, strategy: 'PullRequest' }, status: { ...plan.status, pullRequest } };
    const shown = text(planPage(proposed, page));
    expect(shown).toContain('by pull request,');
    expect(shown).toContain('\nTO APPROVE, MERGE IT; TO REJECT, CLOSE IT WITH A COMMENT\n  https://git.test/pulls/3\n');

    const rollback = {
      reason: 'x',
      startedAt: '2026-11-21T12:05:00Z',
      pullRequest: { ...pinned, url: 'https://git.test/pulls/4', number: 4 },
    };
    const waitingOn = { who: 'Person' as const, detail: 'to merge' };
    const back = text(planPage({ ...proposed, status: { ...proposed.status, waitingOn, phase: 'RollingBack', rollback } }, page));
    expect(back).toContain('\nTO TAKE THE FIX BACK, MERGE\n  https://git.test/pulls/4\n');
  });

  test('whose diff was cut says so', () => {
    const long: RemediationPlan = { ...plan, status: { ...plan.status, diff: `${'+x\n'.repeat(8191)}+…` } };
    expect(text(planPage(long, page))).toContain('The diff is longer than this');
  });
});

describe('hostile texts', () => {
  const hostile = 'a\u001B[2J\u001B[1;1Hb\u202Eevil\u200B\u0007\rc';
  test('do not reach the terminal as they are', () => {
    const bad: RemediationPlan = {
      ...plan,
      spec: { ...plan.spec, summary: hostile },
      status: { ...plan.status, diff: `+${hostile}\n-x\rtrap\n` },
    };
    const badIncident: Incident = {
      ...incident,
      spec: { ...incident.spec, title: hostile },
      status: { ...incident.status, rootCause: hostile, waitingOn: { who: 'Person', detail: hostile } },
    };
    const shown = text([...planPage(bad, page), ...incidentPage(badIncident, investigation, page), ...incidentLines([badIncident], page)]);
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
    expect(shown).not.toMatch(/[\u200B\u202E]/u);
  });

  test('do not make lines wider than the terminal', () => {
    const wide = 'x'.repeat(500);
    const bad: RemediationPlan = { ...plan, spec: { ...plan.spec, summary: wide }, status: { ...plan.status, diff: '' } };
    const badIncident: Incident = { ...incident, spec: { ...incident.spec, title: wide }, status: { ...incident.status, rootCause: wide } };
    const widest = Math.max(
      ...[...planPage(bad, page), ...incidentPage(badIncident, investigation, page), ...incidentLines([badIncident], page)].map(
        ({ length }) => length,
      ),
    );
    expect(widest).toBeLessThanOrEqual(80);
  });
});
