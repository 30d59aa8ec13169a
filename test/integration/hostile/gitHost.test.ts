/** A Git host that is slow, down or lying: the investigation says what it says without Git, and which way the host failed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGitChanges } from '../../../src/gitops/changes.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { type AnsweringServer, startAnsweringServer } from '../../support/answeringServer.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { loweredLimit } from '../investigate/loweredLimit.ts';
import { prepare } from '../sources/world.ts';
import { investigateOn } from './investigation.ts';
import { NEVER_TOLD, PRANKS } from './pranks.ts';

/** Where the answer is no host's, git looks for a repository of files and finds no branch. */
const alsoBy = { Malformed: 'NotFound' } as const;
const PATIENCE_MS = 50_000;
/** Git holds the list of a host's branches in memory, up to 512 MiB of it. */
const MOST_SENT = 640 * 2 ** 20;

let admin: KubeClient;
let namespace: string;
let server: AnsweringServer;
let folder: string;
let alone: InvestigationResult;
let sent = 0;

beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  namespace = await makeNamespace(admin, 'hosted');
  await prepare(admin, namespace);
  await loweredLimit({ client: admin, namespace });
  const labels = { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
  await admin.patch(workloadResources.Deployment, { namespace, name: 'cart' }, { metadata: { labels } }, { type: 'merge' });
  server = await startAnsweringServer();
  alone = await investigateOn(admin, namespace, {});
});
afterAll(async () => {
  await server.close();
  await admin.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mirrors-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** The cluster, as Flux would have it apply `main` of this repository. */
function withFlux(url: string): KubeClient {
  const kustomization = {
    metadata: { namespace: 'flux-system', name: 'shop', uid: 'k' },
    spec: { path: './', sourceRef: { kind: 'GitRepository', name: 'shop' } },
    status: { inventory: { entries: [{ id: `${namespace}_cart_apps_Deployment`, v: 'v1' }] } },
  };
  const repository = { metadata: { namespace: 'flux-system', name: 'shop', uid: 'r' }, spec: { url, ref: { branch: 'main' } } };
  const flux = { Kustomization: kustomization, GitRepository: repository };
  const get: KubeClient['get'] = async (resource, key, options) =>
    resource.kind in flux ? (flux[resource.kind as keyof typeof flux] as never) : admin.get(resource, key, options);
  return { ...admin, get };
}

function investigate(url: string, timeoutMs: number): Promise<InvestigationResult> {
  const { host } = new URL(url);
  const repositories = createRepositories({
    dir: folder,
    credentials: [],
    httpHosts: [host],
    clock: systemClock,
    logger: silentLogger,
    timeoutMs,
  });
  const renderer = { render: () => Promise.reject(new Error('nothing is rendered here')) };
  const git = createGitChanges({ client: withFlux(`${url}/shop.git`), repositories, renderer, logger: silentLogger });
  return investigateOn(admin, namespace, { git });
}

const said = ({ outcome, rootCause, findings, changes }: InvestigationResult): unknown => ({ outcome, rootCause, findings, changes });

test.each(PRANKS)('it $name', async ({ answer, want, isSlow }) => {
  sent = 0;
  server.answer = (request, response) => {
    response.on('close', () => {
      sent += request.socket.bytesWritten;
    });
    answer(request, response);
  };
  const result = await investigate(server.url, isSlow ? 3_000 : PATIENCE_MS);
  expect(said(result)).toEqual(said(alone));
  const gap = result.gaps.find(({ source }) => source === 'git');
  expect([...want, ...want.map((reason) => alsoBy[reason as keyof typeof alsoBy])]).toContain(gap?.reason);
  expect(gap?.message).toContain(`read the commits behind Deployment/${namespace}/cart`);
  for (const text of NEVER_TOLD) expect(JSON.stringify(result)).not.toContain(text);
  expect(sent).toBeLessThan(MOST_SENT);
});

test('nobody listens', async () => {
  const result = await investigate('http://127.0.0.1:1', PATIENCE_MS);
  expect(said(result)).toEqual(said(alone));
  expect(result.gaps.find(({ source }) => source === 'git')).toMatchObject({ reason: 'Unavailable' });
});
