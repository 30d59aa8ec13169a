/** The audit on a real API server with admission: who may write it, that nobody may change it, and what `kubectl sre audit` says of it. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Audit, createAudit } from '../../../src/audit/chain.ts';
import type { ChainName, NewEntry } from '../../../src/audit/entry.ts';
import { systemClock } from '../../../src/clock.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { kubectlSre } from '../../support/kubectlSre.ts';
import { silentLogger } from '../../support/logger.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';

const NAMESPACE = 'agent-sre';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const folder = mkdtempSync(join(tmpdir(), 'audit-'));
const keyFile = join(folder, 'audit.pub');
const otherFile = join(folder, 'other.pub');
let cluster: Cluster;
let admin: KubeClient;

beforeAll(async () => {
  writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(otherFile, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'auditors', namespace: NAMESPACE } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'agent-sre-auditor' };
  await applyManifest(admin, { ...rbac, roleRef, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }] });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await admin?.close();
  await cluster?.stop();
});

function auditOf(chain: ChainName, account = `agent-sre-${chain}`, segmentBytes = 1500): Audit {
  return createAudit({
    client: asServiceAccount(admin, NAMESPACE, account),
    namespace: NAMESPACE,
    chain,
    clock: systemClock,
    logger: silentLogger,
    redactor: createRedactor(),
    signingKey: () => Promise.resolve(chain === 'executor' ? privateKey : undefined),
    metrics: { recorded: () => undefined, failed: () => undefined, stands: () => undefined },
    limits: { segmentBytes },
  });
}

const entry = (key: string): NewEntry => ({
  key,
  event: 'CommitPushed',
  outcome: 'Done',
  who: 'bob',
  subject: { kind: 'RemediationPlan', namespace: NAMESPACE, name: 'rp-0123456789abcdef', uid: 'u' },
  message: `commit ${key} on main`,
});
const sre = (args: string, as: 'alice' | 'carol' = 'alice') => kubectlSre(cluster, args.split(' '), { as });
const refusalOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was admitted', describeError);
const named = (name: string) => ({ namespace: NAMESPACE, name });

test('without one, verify says that there is none, and fails', async () => {
  expect(await sre('audit verify')).toMatchObject({ code: 1, err: expect.stringContaining('there is no audit in namespace agent-sre') });
  expect(await sre('audit')).toMatchObject({ code: 0, out: 'Nothing is recorded yet.\n' });
});

describe('a chain', () => {
  beforeAll(async () => {
    const executor = auditOf('executor');
    for (const key of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) await executor.record([entry(key)]);
    await auditOf('investigator').record([{ ...entry('read'), event: 'ReadForSomebody' }]);
  });

  test('is listed for people, exported for programs, and verified', async () => {
    const { out } = await sre('audit');
    expect(out).toContain('CommitPushed         Done     bob');
    expect(out).toContain('RemediationPlan rp-0123456789abcdef: commit seven on main');
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);

    const lines = (await sre('audit export')).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string });
    expect(lines.map(({ key }) => key).toSorted()).toEqual(['five', 'four', 'one', 'read', 'seven', 'six', 'three', 'two']);
    expect((await sre('audit export --since 2999-01-01')).out).toBe('');

    const verified = await sre('audit verify');
    expect(verified.code, verified.err).toBe(0);
    expect(verified.out).toContain('✓ whole; ends with entry 7');
    expect(verified.out).toContain('Signed by SHA256:');
    expect(verified.out).toContain('Not signed: whoever may write as the operator');
    expect(verified.out.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('is verified against a key and a hash that were kept elsewhere', async () => {
    const hash = /sha256:[0-9a-f]{64}/u.exec((await sre('audit verify')).out)?.[0];
    // The investigator signs nothing here.
    expect((await sre(`audit verify --public-key ${keyFile}`)).err).toContain('the audit is not whole: 2 problems');
    expect((await sre(`audit verify --public-key ${otherFile}`)).out).toContain('not by the key that you');
    expect((await sre(`audit verify --expect ${hash}`)).code).toBe(0);
    const other = await sre(`audit verify --expect sha256:${'0'.repeat(64)}`);
    expect([other.code, other.out]).toEqual([1, expect.stringContaining('the hash that you kept is in no chain any more')]);
  });

  test('is for auditors', async () => {
    const { code, err } = await sre('audit', 'carol');
    expect([code, err]).toEqual([1, expect.stringContaining('that takes the ClusterRole agent-sre-auditor, bound in namespace agent-sre')]);
  });

  test.each<{ readonly name: string; readonly attempt: () => Promise<unknown>; readonly says: string }>([
    {
      name: 'an administrator',
      attempt: () => admin.patch(configMaps, named('agent-sre-audit-executor-head'), { data: { 'head.json': '' } }, { type: 'merge' }),
      says: 'which the process that it belongs to writes, and nobody else, administrators included: not "admin"',
    },
    {
      name: 'an administrator who deletes',
      attempt: () => admin.delete(configMaps, named('agent-sre-audit-executor-000001')),
      says: 'which the process that it belongs to writes',
    },
    {
      name: 'another process',
      attempt: () => auditOf('executor', 'agent-sre-investigator').record([entry('forged')]),
      says: 'record forged in the audit',
    },
    {
      name: 'its own process, that changes what was written',
      attempt: () =>
        asServiceAccount(admin, NAMESPACE, 'agent-sre-investigator').patch(
          configMaps,
          named('agent-sre-audit-investigator-000001'),
          { data: { 'entries.jsonl': 'nothing\n' } },
          { type: 'merge' },
        ),
      says: 'are never changed: new ones are added after them',
    },
    {
      name: 'its own process, once a segment is full',
      attempt: async () => {
        const executor = asServiceAccount(admin, NAMESPACE, 'agent-sre-executor');
        const found = await admin.get(configMaps, named('agent-sre-audit-executor-000001'));
        if (found === undefined) throw new Error('there is no first segment');
        return executor.replace(configMaps, {
          ...found,
          data: { ...found.data, 'entries.jsonl': `${found.data?.['entries.jsonl']}more\n` },
        });
      },
      says: 'immutable',
    },
  ])('is not written by $name', async ({ attempt, says }) => {
    expect(await refusalOf(attempt())).toContain(says);
    expect((await sre('audit verify')).code).toBe(0);
  });

  test('is added to by two executors at once, whichever of them leads', async () => {
    const [one, other] = [auditOf('executor'), auditOf('executor', 'agent-sre')];
    await Promise.all(['a', 'b', 'c', 'd'].flatMap((key) => [one.record([entry(`one-${key}`)]), other.record([entry(`other-${key}`)])]));
    const { code, out } = await sre('audit verify');
    expect([code, out]).toEqual([0, expect.stringContaining('ends with entry 15')]);
  });

  test('that somebody got at in etcd, past all admission, is told which entry it was', async () => {
    // With the policy gone for a moment, as whoever may delete policies can have it.
    const policy = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/audit-is-added-to.agentsre.io';
    await admin.raw('DELETE', policy);
    const name = 'agent-sre-audit-investigator-000001';
    const found = await admin.get(configMaps, named(name));
    const text = found?.data?.['entries.jsonl'] ?? '';
    await expect
      .poll(
        () => refusalOf(admin.patch(configMaps, named(name), { data: { 'entries.jsonl': text.replace('bob', 'eve') } }, { type: 'merge' })),
        { timeout: 30_000 },
      )
      .toBe('it was admitted');
    const { code, out, err } = await sre('audit verify');
    expect([code, out]).toEqual([1, expect.stringContaining('✗ entry 1 (line 1 of segment 1) was changed: it is not what its hash says')]);
    expect(err).toContain('the audit is not whole: 1 problem');
  });
});
