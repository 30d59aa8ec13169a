/** Credentials that change while a process runs: nobody has to restart it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/createClient.ts';
import { ConnectionError } from '../../../src/kube/errors.ts';
import { startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import { kubeConfigFor } from '../../support/kubeClient.ts';
import { silentLogger } from '../../support/logger.ts';

const cluster = inject('cluster');
let folder: string;
let client: KubeClient | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  await client?.close();
  rmSync(folder, { recursive: true });
});

const whoAmI = async (of: KubeClient): Promise<unknown> => {
  const review = await of.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  return (review as { readonly status: { readonly userInfo: { readonly username: string } } }).status.userInfo.username;
};
const clientWith = (user: object, clusterFields: object = {}, clock = systemClock): KubeClient => {
  const kubeConfig = new KubeConfig();
  const caData = Buffer.from(cluster.caData).toString('base64');
  kubeConfig.loadFromOptions({
    clusters: [
      {
        name: 'test',
        server: cluster.serverUrl,
        skipTLSVerify: false,
        ...(Object.keys(clusterFields).length === 0 ? { caData } : clusterFields),
      },
    ],
    users: [{ name: 'tester', ...user }],
    contexts: [{ name: 'test', cluster: 'test', user: 'tester' }],
    currentContext: 'test',
  });
  client = createKubeClient({ kubeConfig, clock, logger: silentLogger });
  return client;
};

test('an exec plugin gives the token', async () => {
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: cluster.tokens.alice } };
  const exec = { apiVersion: credential.apiVersion, command: 'echo', args: [JSON.stringify(credential)], interactiveMode: 'Never' };
  expect(await whoAmI(clientWith({ exec }))).toBe('alice');
});

test('an exec plugin that fails is named with what it said', async () => {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', 'echo "log in first" >&2; exit 1'],
    interactiveMode: 'Never',
  };
  const error = await whoAmI(clientWith({ exec })).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(String(error)).toMatch(/credentials of user "tester".*log in first/);
});

test('a token file is read, whatever blanks end it', async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${cluster.tokens.alice}\n`);
  expect(await whoAmI(clientWith({ authProvider: { name: 'tokenFile', config: { tokenFile } } }))).toBe('alice');
});

test('an authority in a file is read anew when it has been replaced', async () => {
  const proxy = await startFaultProxy(cluster);
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, cluster.caData);
  let aheadMs = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + aheadMs };
  const subject = clientWith({ token: cluster.tokens.alice }, { server: proxy.url, caFile }, clock);
  await expect(whoAmI(subject)).rejects.toMatchObject({ kind: 'certificate' });
  writeFileSync(caFile, proxy.caData);
  aheadMs = 60_000;
  expect(await whoAmI(subject)).toBe('alice');
  await subject.close();
  await proxy.close();
});

test('a kubeconfig without a cluster or a user is refused with what to do', () => {
  expect(() => createKubeClient({ kubeConfig: new KubeConfig(), clock: systemClock, logger: silentLogger })).toThrow(
    /names no cluster; set KUBECONFIG/,
  );
  const nameless = kubeConfigFor({ ...cluster, token: '' });
  nameless.users = [];
  expect(() => createKubeClient({ kubeConfig: nameless, clock: systemClock, logger: silentLogger })).toThrow(
    /names a user that is not in it/,
  );
});
