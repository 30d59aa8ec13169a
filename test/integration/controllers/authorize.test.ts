/** Whose eyes an investigation looks with: the real API server says what each requester may see. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { verifyChain } from '../../../src/audit/verify.ts';
import { systemClock } from '../../../src/clock.ts';
import { authorize } from '../../../src/controllers/investigation/authorize.ts';
import type { InvestigationScope } from '../../../src/controllers/investigation/scope.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { ObjectRef, Requester } from '../../../src/crds/common.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { chainOf, mapsOf, startWriting } from '../../support/auditChain.ts';
import { applyManifest } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { testClient } from '../../support/testClient.ts';

const HOME = 'whose-eyes';
const OPERATOR = 'agent-sre';
const checkout: ObjectRef = { kind: 'Deployment', namespace: HOME, name: 'checkout' };
const erin: Requester = { username: 'erin', groups: ['whose-eyes-watchers'] };
const gateway: Requester = { username: `system:serviceaccount:${OPERATOR}:agent-sre-gateway`, groups: [] };

let admin: KubeClient;
beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } });
  await applyManifest(admin, {
    ...rbac,
    kind: 'Role',
    metadata: { name: 'watch', namespace: HOME },
    rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] }],
  });
  await applyManifest(admin, {
    ...rbac,
    kind: 'RoleBinding',
    metadata: { name: 'watch', namespace: HOME },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'watch' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'whose-eyes-watchers' }],
  });
});
afterAll(() => admin?.close());

interface Case {
  readonly name: string;
  readonly in: string;
  readonly by: Requester | undefined;
  readonly targets: readonly ObjectRef[];
  readonly want: string;
  readonly looksIn?: readonly string[] | undefined;
}

describe('an investigation', () => {
  test.each<Case>([
    { name: 'looks where its requester may', in: OPERATOR, by: erin, targets: [checkout], want: 'continue', looksIn: [HOME] },
    { name: 'looks in its own namespace for whoever may look there', in: HOME, by: erin, targets: [], want: 'continue', looksIn: [HOME] },
    {
      name: 'looks anywhere for alerts',
      in: OPERATOR,
      by: gateway,
      targets: [checkout, { kind: 'Node', name: 'n1' }],
      want: 'continue',
      looksIn: undefined,
    },
    {
      name: 'does not look for somebody who may not see the pods',
      in: OPERATOR,
      by: { username: 'mallory' },
      targets: [checkout],
      want: 'RequesterMayNotSee',
    },
    {
      name: 'does not look into a namespace that is named as a target',
      in: OPERATOR,
      by: erin,
      targets: [{ kind: 'Namespace', name: 'kube-system' }],
      want: 'RequesterMayNotSee',
    },
    {
      name: 'does not look at a node for somebody who may not see it',
      in: OPERATOR,
      by: erin,
      targets: [{ kind: 'Node', name: 'n1' }],
      want: 'RequesterMayNotSee',
    },
    {
      name: 'does not leave its own namespace',
      in: HOME,
      by: erin,
      targets: [{ ...checkout, namespace: 'billing' }],
      want: 'TargetOutOfScope',
    },
    {
      name: 'does not leave its own namespace by naming another as a target',
      in: HOME,
      by: erin,
      targets: [{ kind: 'Namespace', name: 'billing' }],
      want: 'TargetOutOfScope',
    },
    {
      name: 'stays in its own namespace where nobody was stamped',
      in: HOME,
      by: undefined,
      targets: [checkout],
      want: 'continue',
      looksIn: [HOME],
    },
  ])('$name', async ({ in: namespace, by, targets, want, looksIn }) => {
    const writing = startWriting();
    const investigation = { metadata: { name: 'why', namespace, uid: 'uid', generation: 1 }, spec: { requestedBy: by, targets } };
    const scope = {
      investigation,
      status: {},
      client: admin,
      audit: writing.write(),
      logger: silentLogger,
      clock: systemClock,
      namespace: OPERATOR,
      signal: AbortSignal.timeout(20_000),
    } as unknown as InvestigationScope;
    const result = await authorize(scope);
    expect(conditionOf(scope.status, 'Succeeded')?.reason ?? result.kind).toBe(want);
    if (want === 'continue') expect(scope.namespaces).toEqual(looksIn);
    const { entries } = verifyChain(chainOf(await mapsOf(writing.kube)));
    const inTheNameOf = looksIn !== undefined && want === 'continue' ? by?.username : undefined;
    expect(entries.filter(({ event }) => event === 'ReadForSomebody').map(({ who }) => who)).toEqual(
      inTheNameOf === undefined ? [] : [inTheNameOf],
    );
    expect(entries.filter(({ event }) => event === 'ReadRefused').map(({ who }) => who)).toEqual(
      want === 'RequesterMayNotSee' ? [by?.username] : [],
    );
  });
});
