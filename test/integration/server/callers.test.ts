/** Who calls, judged by a real API server: people, ServiceAccounts, the static key, and this process itself. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createIdentify, type IdentifyOptions } from '../../../src/server/auth/identify.ts';
import { demand } from '../../../src/tools/caller.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';

const { tokens, kubeconfigPath } = inject('cluster');
const folder = mkdtempSync(join(tmpdir(), 'callers-'));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, 'the-key-of-this-installation');
const signal = new AbortController().signal;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = testClient(kubeconfigPath);
  namespace = await makeNamespace(client, 'callers');
  const role = { rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get'] }], metadata: { name: 'look' } };
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await client.raw('POST', `${rbac}/roles`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...role });
  await client.raw('POST', `${rbac}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'look' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'look' },
    subjects: [
      { kind: 'Group', name: 'sre-viewers', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'bot', namespace },
    ],
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function caller(headers: Record<string, string>, options: Partial<IdentifyOptions> = {}) {
  const waysIn = { isLoopback: false, allowedHosts: [], allowedOrigins: [] };
  const identify = createIdentify({ client, clock: systemClock, logger: silentLogger, isOpen: false, waysIn, ...options });
  return identify(new Request('http://localhost/', { headers }));
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const look = (resource: string, inNamespace = namespace) => ({ verb: 'get', group: '', resource, namespace: inNamespace });

describe('who calls', () => {
  test('is a person by their token, who may what their groups may', async () => {
    const dave = await caller(bearer(tokens.dave));
    expect([dave.username, dave.groups]).toEqual(['dave', expect.arrayContaining(['sre-viewers', 'system:authenticated'])]);
    expect([await dave.may(look('pods'), signal), await dave.may(look('pods', 'default'), signal)]).toEqual([true, false]);
    const mallory = await caller(bearer(tokens.mallory));
    await expect(demand({ caller: mallory, signal }, look('pods'))).rejects.toThrow(`mallory may not get pods in namespace ${namespace}`);
  });

  test('is a ServiceAccount by its token, or by the key that stands for it', async () => {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await client.raw('POST', path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = (await client.raw('POST', `${path}/bot/token`, request)) as { readonly status: { readonly token: string } };
    const apiKey = { keyFile, serviceAccount: `${namespace}/bot` };
    for (const bot of [await caller(bearer(status.token)), await caller({ 'x-api-key': 'the-key-of-this-installation' }, { apiKey })]) {
      expect([bot.username, bot.groups]).toEqual([
        `system:serviceaccount:${namespace}:bot`,
        ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      ]);
      expect([await bot.may(look('pods'), signal), await bot.may(look('secrets'), signal)]).toEqual([true, false]);
    }
  });

  test('is nobody by a token that the API server does not know', async () => {
    await expect(caller(bearer('forged'))).rejects.toMatchObject({ status: 401 });
  });

  test('is this process itself where nothing is needed, with its own rights and no more', async () => {
    const itself = asServiceAccount(client, namespace, 'bot');
    const own = await caller({}, { isOpen: true, client: itself });
    expect(own.username).toBe(`system:serviceaccount:${namespace}:bot`);
    expect(await Promise.all([look('pods'), look('secrets'), look('nodes')].map((what) => own.may(what, signal)))).toEqual([
      true,
      false,
      false,
    ]);
    const admin = await caller({}, { isOpen: true });
    expect(await Promise.all([look('nodes'), look('secrets')].map((what) => admin.may(what, signal)))).toEqual([true, false]);
  });
});
