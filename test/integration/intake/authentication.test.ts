import { beforeAll, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createTokenReviewer } from '../../../src/server/auth/tokenReview.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  namespace = await makeNamespace(client, 'senders');
});

async function tokenOf(name: string, audience?: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
  await client.raw('POST', path, account).catch(() => undefined);
  const spec = audience === undefined ? {} : { audiences: [audience] };
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const { status } = (await client.raw('POST', `${path}/${name}/token`, request)) as { readonly status: { readonly token: string } };
  return status.token;
}

test('the API server tells the token of a listed ServiceAccount from others', async () => {
  const serviceAccounts = [`${namespace}/alertmanager`];
  const anywhere = createTokenReviewer({ client, clock: systemClock, serviceAccounts });
  const forUs = createTokenReviewer({ client, clock: systemClock, serviceAccounts, audiences: ['agent-sre'] });
  const [token, other, ours] = [await tokenOf('alertmanager'), await tokenOf('other'), await tokenOf('alertmanager', 'agent-sre')];
  expect(await Promise.all([anywhere(token), anywhere(other), anywhere(ours), anywhere(`${token}x`)])).toEqual([true, false, false, false]);
  expect(await Promise.all([forUs(ours), forUs(token), forUs(other)])).toEqual([true, false, false]);
});
