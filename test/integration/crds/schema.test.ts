/** What the API server admits of each kind by schema and CEL alone, and what it says when it refuses. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { kindDefinitions } from '../../../src/crds/definitions.ts';
import { approvals, incidents, investigations, remediationPlans, remediationPolicies } from '../../../src/crds/kinds.ts';
import { samples } from '../../../src/crds/samples.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, NewMeta, NewObject, ResourceType } from '../../../src/kube/object.ts';
import { describeError } from '../../cluster/lib/poll.ts';
import { applyManifest, installCrds } from '../../support/installCrds.ts';
import { newApproval, newIncident, newInvestigation, newPlan, newPolicy } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';

const namespace = `schema-${randomUUID().slice(0, 8)}`;
const meta = (): NewMeta => ({ generateName: 'x-', namespace });
const clusterMeta = (): NewMeta => ({ generateName: 'schema-test-' });
const who = { approver: 'alice', approverGroups: ['sre-approvers'] };
const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };

let client: KubeClient;
beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
  await applyManifest(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});
afterAll(() => client.close());

interface Attempt {
  readonly name: string;
  readonly resource: ResourceType;
  readonly object: () => NewObject<KubeObject>;
}

const of = <T extends KubeObject>(resource: ResourceType<T>, object: () => NewObject<T>): Omit<Attempt, 'name'> => ({
  resource,
  object,
});

const planWith = (...actions: readonly object[]): Omit<Attempt, 'name'> =>
  of(remediationPlans, () => newPlan(meta(), { actions: actions as never }));
const revert = { type: 'RevertCommit', target, revertCommit: { commit: 'a'.repeat(40) } };

describe('the API server refuses', () => {
  test.each<Attempt & { readonly says: string }>([
    {
      name: 'an Incident without a title',
      ...of(incidents, () => newIncident(meta(), { title: '' })),
      says: 'spec.title: Invalid value',
    },
    {
      name: 'an Incident with a severity of its own making',
      ...of(incidents, () => newIncident(meta(), { severity: 'urgent' as never })),
      says: 'supported values: "critical", "warning", "info"',
    },
    {
      name: 'an Incident with two alerts of one fingerprint',
      ...of(incidents, () => newIncident(meta(), { alerts: [alert('a'), alert('a')] })),
      says: 'spec.alerts[1]: Duplicate value',
    },
    {
      name: 'an Incident that belongs to another one and to none',
      ...of(incidents, () => newIncident(meta(), { grouping: { into: 'inc-1', alone: true } })),
      says: 'grouping.into and grouping.alone contradict each other; set the one that is meant',
    },
    {
      name: 'a time that is none',
      ...of(incidents, () => newIncident(meta(), { startsAt: 'yesterday' })),
      says: 'spec.startsAt: Invalid value: "yesterday"',
    },
    {
      name: 'an Investigation that has nothing to look into',
      ...of(investigations, () => ({ metadata: meta(), spec: { purpose: 'Diagnosis' as const } })),
      says: 'an Investigation needs something to look into: set incidentRef, or question (with targets)',
    },
    {
      name: 'a window that ends before it starts',
      ...of(investigations, () =>
        newInvestigation(meta(), { window: { start: '2026-01-01T10:00:00Z', end: '2026-01-01T09:00:00+00:00' } }),
      ),
      says: 'spec.window.end: Invalid value: the window ends before it starts; end has to be after start',
    },
    {
      name: 'a verification that names no plan',
      ...of(investigations, () => newInvestigation(meta(), { purpose: 'Verification' })),
      says: 'planRef names the plan whose effect is verified: set it when purpose is Verification, and only then',
    },
    {
      name: 'a diagnosis that names a plan',
      ...of(investigations, () => newInvestigation(meta(), { planRef: { name: 'p', uid: 'u' } })),
      says: 'planRef names the plan whose effect is verified: set it when purpose is Verification, and only then',
    },
    {
      name: 'a budget beyond what an investigation may cost',
      ...of(investigations, () => newInvestigation(meta(), { budget: { seconds: 601, tokens: 0, toolCalls: 0 } })),
      says: 'spec.budget.seconds in body should be less than or equal to 600',
    },
    { name: 'a plan that does nothing', ...planWith(), says: 'spec.actions in body should have at least 1 items' },
    {
      name: 'an action without the struct that its type names',
      ...planWith({ type: 'SetImage', target }),
      says: 'spec.actions[0].setImage: Invalid value: setImage is set when type is SetImage, and only then',
    },
    {
      name: 'an action with the struct of another type beside its own',
      ...planWith({ ...revert, setImage: { container: 'app', revision: 2 } }),
      says: 'spec.actions[0].setImage: Invalid value: setImage is set when type is SetImage, and only then',
    },
    {
      name: 'a RevertCommit that names no commit',
      ...planWith({ type: 'RevertCommit', target }),
      says: 'spec.actions[0].revertCommit: Invalid value: revertCommit is set when type is RevertCommit, and only then',
    },
    {
      name: 'resources in an action of another type',
      ...planWith({ ...revert, setResources: { container: 'app', cpuLimitMillicores: 100 } }),
      says: 'spec.actions[0].setResources: Invalid value: setResources is set when type is SetResources, and only then',
    },
    { name: 'an action outside the catalogue', ...planWith({ type: 'Exec', target }), says: 'supported values: "RevertCommit"' },
    {
      name: 'a commit that is a branch',
      ...planWith({ ...revert, revertCommit: { commit: 'main' } }),
      says: 'spec.actions[0].revertCommit.commit in body should match',
    },
    {
      name: 'SetResources that sets nothing',
      ...planWith({ type: 'SetResources', target, setResources: { container: 'app' } }),
      says: 'SetResources has to set at least one limit or request',
    },
    {
      name: 'a request above its limit',
      ...planWith({
        type: 'SetResources',
        target,
        setResources: { container: 'app', memoryLimitMebibytes: 64, memoryRequestMebibytes: 65 },
      }),
      says: 'memoryRequestMebibytes is more than memoryLimitMebibytes; a container may not ask for more than its limit',
    },
    {
      name: 'a request of CPU above its limit',
      ...planWith({ type: 'SetResources', target, setResources: { container: 'app', cpuLimitMillicores: 100, cpuRequestMillicores: 101 } }),
      says: 'cpuRequestMillicores is more than cpuLimitMillicores; a container may not ask for more than its limit',
    },
    {
      name: 'an eleventh proposal for one cause',
      ...of(remediationPlans, () => newPlan(meta(), { ordinal: 11 })),
      says: 'spec.ordinal in body should be less than or equal to 10',
    },
    {
      name: 'an Approval that says neither yes nor no',
      ...of(approvals, () => newApproval(meta(), { ...who, decision: 'Maybe' as never })),
      says: 'supported values: "Approve", "Reject"',
    },
    {
      name: 'an Approval of something that is no digest',
      ...of(approvals, () => newApproval(meta(), { ...who, planDigest: 'latest' })),
      says: 'spec.planDigest in body should match',
    },
    {
      name: 'an Approval that does not say whose it is, where nobody fills that in',
      ...of(approvals, () => newApproval(meta())),
      says: 'spec.approver: Required value',
    },
    {
      name: 'a policy that acts by itself without saying when',
      ...of(remediationPolicies, () => newPolicy(clusterMeta(), { mode: 'Auto' })),
      says: 'mode Auto acts without asking anybody: state its conditions in auto',
    },
    {
      name: 'a policy by which a higher risk needs fewer approvals',
      ...of(remediationPolicies, () => newPolicy(clusterMeta(), { approvals: { low: 2, medium: 1, high: 2 } })),
      says: 'a higher risk cannot need fewer approvals: low, medium and high have to rise',
    },
    {
      name: 'a freeze window that lasts no time',
      ...of(remediationPolicies, () => newPolicy(clusterMeta(), { freezeWindows: [freeze('08:00', '08:00')] })),
      says: 'the window starts and ends at the same time; for a whole day write 00:00 to 24:00',
    },
    {
      name: 'a freeze window at 25 o’clock',
      ...of(remediationPolicies, () => newPolicy(clusterMeta(), { freezeWindows: [freeze('25:00', '08:00')] })),
      says: 'from in body should match',
    },
  ])('$name', async ({ resource, object, says }) => {
    expect(await refusalOf(client.create(resource, object(), { dryRun: true }))).toContain(says);
  });
});

describe('the API server admits', () => {
  test.each<Attempt>([
    {
      name: 'an Incident with alerts of odd times, which a sender may have got wrong',
      ...of(incidents, () => newIncident(meta(), { alerts: [alert('a')] })),
    },
    { name: 'an Incident about nothing that is known', ...of(incidents, () => newIncident(meta(), { targets: [] })) },
    {
      name: 'an Investigation of an Incident',
      ...of(investigations, () => ({ metadata: meta(), spec: { purpose: 'Diagnosis' as const, incidentRef: { name: 'i', uid: 'u' } } })),
    },
    {
      name: 'a verification of a plan',
      ...of(investigations, () => ({ metadata: meta(), spec: { purpose: 'Verification' as const, planRef: { name: 'p', uid: 'u' } } })),
    },
    {
      name: 'a window without an end',
      ...of(investigations, () => newInvestigation(meta(), { window: { start: '2026-01-01T10:00:00.123456Z' } })),
    },
    {
      name: 'a plan of one action of each type',
      ...planWith(
        revert,
        { type: 'SetImage', target, setImage: { container: 'app', revision: 2 } },
        { type: 'SetResources', target, setResources: { container: 'app', memoryLimitMebibytes: 128, memoryRequestMebibytes: 128 } },
      ),
    },
    { name: 'a Reject', ...of(approvals, () => newApproval(meta(), { ...who, decision: 'Reject' })) },
    {
      name: 'a policy that acts by itself within stated conditions',
      ...of(remediationPolicies, () =>
        newPolicy(clusterMeta(), { mode: 'Auto', auto: { maxRisk: 'Low', minConfidence: 95, provenSuccesses: 5, withinDays: 90 } }),
      ),
    },
    {
      name: 'a freeze window over midnight',
      ...of(remediationPolicies, () => newPolicy(clusterMeta(), { freezeWindows: [freeze('22:00', '06:00')] })),
    },
  ])('$name', async ({ resource, object }) => {
    await expect(client.create(resource, object(), { dryRun: true })).resolves.toBeDefined();
  });

  test.each(Object.entries(samples))('the sample %s', async (_name, sample) => {
    const { resource } = kindDefinitions.find((definition) => definition.resource.kind === sample.kind) ?? {};
    const spec = sample.kind === 'Approval' ? { ...sample.spec, ...who } : sample.spec;
    const metadata = resource?.namespaced === true ? meta() : clusterMeta();
    await expect(client.create(resource as ResourceType, { metadata, spec } as never, { dryRun: true })).resolves.toBeDefined();
  });
});

test('what is left out gets its default', async () => {
  const { spec } = await client.create(approvals, newApproval(meta(), who), { dryRun: true });
  expect(spec.channel).toBe('kubectl');
  const investigation = await client.create(investigations, newInvestigation(meta(), { budget: {} as never }), { dryRun: true });
  expect(investigation.spec.budget).toEqual({ seconds: 120, tokens: 50_000, toolCalls: 300 });
});

describe('once it exists', () => {
  test.each([
    {
      name: 'an Investigation asks what it asked',
      ...of(investigations, () => newInvestigation(meta())),
      change: { question: 'another' },
      says: 'An Investigation is one question: its spec cannot be changed. Create another Investigation',
    },
    {
      name: 'a plan does what was shown',
      ...of(remediationPlans, () => newPlan(meta())),
      change: { soakSeconds: 1 },
      says: 'A RemediationPlan is what people approve: its spec cannot be changed. Propose another plan, with the next ordinal',
    },
    {
      name: 'an Approval says what it said',
      ...of(approvals, () => newApproval(meta(), who)),
      change: { decision: 'Reject' },
      says: 'An Approval is said once: its spec cannot be changed. Create another Approval in its place',
    },
    {
      name: 'an Incident keeps its identity',
      ...of(incidents, () => newIncident(meta(), { identity: 'a' })),
      change: { identity: 'b' },
      says: 'identity tells which alerts belong to this Incident and cannot be changed; create another Incident',
    },
    {
      name: 'an Incident keeps who asked for it',
      ...of(incidents, () => newIncident(meta(), { requestedBy: { username: 'alice' } })),
      change: { requestedBy: { username: 'bob' } },
      says: 'requestedBy says who made this object and cannot be changed; leave the field as it is',
    },
    {
      name: 'an Incident that nobody asked for is not somebody’s later',
      ...of(incidents, () => newIncident(meta())),
      change: { requestedBy: { username: 'bob' } },
      says: 'requestedBy says who made this object and cannot be changed; leave the field as it is',
    },
    {
      name: 'a closed Incident stays closed',
      ...of(incidents, () => newIncident(meta(), { closure: { reason: 'Fixed', by: 'alice' } })),
      change: { closure: null },
      says: 'a closed Incident stays closed as it was; create another one if the trouble is back',
    },
  ])('$name', async ({ resource, object, change, says }) => {
    const { metadata } = await client.create(resource, object());
    const key = { namespace, name: metadata.name };
    const changing = client.patch(resource, key, { spec: change }, { type: 'merge' });
    expect(await refusalOf(changing)).toContain(says);
    await client.patch(resource, key, { metadata: { labels: { seen: 'yes' } } }, { type: 'merge' });
  });

  test('an Incident can be suspended, taken up again and closed', async () => {
    const { metadata } = await client.create(incidents, newIncident(meta()));
    const key = { namespace, name: metadata.name };
    for (const spec of [{ suspend: true }, { suspend: null }, { closure: { reason: 'Expected', by: 'alice' } }]) {
      await client.patch(incidents, key, { spec }, { type: 'merge' });
    }
    expect((await client.get(incidents, key))?.spec.closure).toEqual({ reason: 'Expected', by: 'alice' });
  });
});

function alert(fingerprint: string) {
  const startsAt = '2026-01-15T10:00:00Z';
  return { fingerprint, status: 'resolved' as const, labels: {}, startsAt, endsAt: '2026-01-14T10:00:00Z', lastReceivedAt: startsAt };
}

function freeze(from: string, to: string) {
  return { name: 'night', from, to, timeZone: 'UTC' };
}

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(() => 'it was admitted', describeError);
}
