/** What a plan says while its Git host is away: why, whom it waits for, and what a person may do meanwhile. */
import { expect, test } from 'vitest';
import { withGitHost } from '../../../src/controllers/remediationplan/gitHost.ts';
import type { PlanScope } from '../../../src/controllers/remediationplan/scope.ts';
import type { RemediationPlan } from '../../../src/crds/kinds.ts';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { GitError } from '../../../src/gitops/errors.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';

async function waitingWith(action: Omit<Action, 'target'>, failure: Error, status: object = {}): Promise<PlanScope['status']> {
  const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
  const plan = { metadata: { name: 'rp-1', generation: 1 }, spec: { actions: [{ ...action, target }] } } as unknown as RemediationPlan;
  const redact = (text: string): string => text;
  const scope = { plan, status: { ...status }, clock: createFakeClock(), logger: silentLogger, redact } as unknown as PlanScope;
  await withGitHost('Rendered', () => Promise.reject(failure))(scope);
  return scope.status;
}

const away = new GitError('Unavailable', 'fetch https://git.test/config: connection refused (it is tried again)');

test('a host that is away: the plan waits, and a person may act and write it back', async () => {
  const status = await waitingWith({ type: 'ScaleWorkload', scaleWorkload: { replicas: 4 } }, away);
  expect(status.waitingOn).toEqual({
    who: 'GitHost',
    detail:
      'fetch https://git.test/config: connection refused (it is tried again); by hand, meanwhile: kubectl scale deployment/cart -n shop --replicas=4, and the same into Git afterwards',
  });
  expect(status.conditions).toMatchObject([{ type: 'Rendered', status: 'False', reason: 'GitUnavailable' }]);
});

test('credentials that are refused are a person’s to mend', async () => {
  const refused = new GitError('Unauthorized', 'no');
  const status = await waitingWith({ type: 'RollbackWorkload', rollbackWorkload: { revision: 1 } }, refused);
  expect(status.waitingOn).toMatchObject({
    who: 'Person',
    detail: expect.stringContaining('kubectl rollout undo deployment/cart -n shop --to-revision=1'),
  });
});

const scaled = { type: 'ScaleWorkload', scaleWorkload: { replicas: 4 } } as const;
test.each([
  ['what takes more than a command is only waited for', { type: 'RevertCommit', revertCommit: { commit: 'f'.repeat(40) } }, {}],
  ['what is committed already is not done once more', scaled, { commit: { sha: 'f'.repeat(40) } }],
] as const)('%s', async (_name, action, status) => {
  expect((await waitingWith(action, away, status)).waitingOn?.detail).toBe(away.message);
});
