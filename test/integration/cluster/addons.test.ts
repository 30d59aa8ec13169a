import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAlertmanager } from '../../cluster/addons/alertmanager.ts';
import { startFlux } from '../../cluster/addons/flux.ts';
import { type Gitea, startGitea } from '../../cluster/addons/gitea.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { startKubeStateMetrics } from '../../cluster/addons/kubeStateMetrics.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { post } from '../../cluster/lib/http.ts';
import { describeError, until } from '../../cluster/lib/poll.ts';
import { probeHealth } from '../../cluster/workspace/health.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';

const run = promisify(execFile);
const GIT_ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Test'],
      [`GIT_${who}_EMAIL`, 'test@example.test'],
    ]),
  ),
};

describe('the Git server', () => {
  let workspace: Workspace;
  let server: GitServer;
  beforeAll(async () => {
    workspace = await openWorkspace({ description: 'Git server test' });
    server = await startGitServer(workspace, { users: { alice: 'p:w' } });
  });
  afterAll(() => workspace.stop());

  test('takes a push and gives it to a clone', async () => {
    const { url } = await server.createRepository('shop');
    const commit = await push(workspace, as('alice', 'p:w', url), { 'large.txt': 'x'.repeat(3_000_000), 'a.yaml': 'a: 1\n' });
    const clone = join(workspace.dir, 'clone');
    await git(workspace.dir, 'clone', '--quiet', as('alice', 'p:w', url), clone);
    expect(readFileSync(join(clone, 'a.yaml'), 'utf8')).toBe('a: 1\n');
    expect(await git(clone, 'rev-parse', 'HEAD')).toBe(commit);
  });

  test.each([
    ['nobody', (url: string) => url],
    ['somebody unknown', (url: string) => as('bob', 'p:w', url)],
    ['somebody with another password', (url: string) => as('alice', 'p', url)],
  ])('lets in a listed user alone, and not %s', async (_, address) => {
    const { url } = await server.createRepository('closed');
    await expect(git(workspace.dir, 'ls-remote', address(url))).rejects.toThrow(/Authentication failed|could not read Username/);
  });

  test('refuses a push that a hook refuses', async () => {
    const { url, dir } = await server.createRepository('guarded');
    writeFileSync(join(dir, 'hooks/pre-receive'), '#!/bin/sh\necho frozen >&2\nexit 1\n', { mode: 0o755 });
    await expect(push(workspace, as('alice', 'p:w', url), { a: 'a' })).rejects.toThrow('remote: frozen');
  });

  test('gives nothing from outside its folder', async () => {
    const { dir } = await server.createRepository('inside');
    await git(workspace.dir, 'init', '--quiet', '--bare', join(dir, '../../outside.git'));
    await expect(git(workspace.dir, 'ls-remote', as('alice', 'p:w', `${server.url}/..%2foutside.git`))).rejects.toThrow('returned error');
    await expect(server.createRepository('../escape')).rejects.toThrow('its name must match');
  });
});

describe('Gitea', () => {
  let workspace: Workspace;
  let gitea: Gitea;
  beforeAll(async () => {
    workspace = await openWorkspace({ description: 'Gitea test' });
    gitea = await startGitea(workspace);
  });
  afterAll(() => workspace.stop());

  test('takes a push into a new repository, and opens a pull request by its API', async () => {
    const url = await gitea.createRepository('shop', { initialise: true });
    const { name, token } = gitea.admin;
    const clone = join(workspace.dir, 'clone');
    await git(workspace.dir, 'clone', '--quiet', as(name, token, url), clone);
    await git(clone, 'checkout', '--quiet', '-b', 'fix');
    writeFileSync(join(clone, 'fix.txt'), 'fixed');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '--message=Fix');
    await git(clone, 'push', '--quiet', 'origin', 'fix');
    const api = `${gitea.url}/api/v1/repos/${name}/shop/pulls`;
    const opened = JSON.parse(await post(api, { head: 'fix', base: 'main', title: 'Fix' }, { authorization: `token ${token}` }));
    expect(opened).toMatchObject({ number: 1, state: 'open', head: { ref: 'fix' } });
  });
});

describe('the add-ons on a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ level: 'api' });
  });
  afterAll(() => cluster.stop());

  test('an alert on an object goes from kube-state-metrics by Prometheus and Alertmanager to a webhook, and resolves there', async () => {
    const webhook = await receiveWebhooks();
    const alertmanager = await startAlertmanager(cluster.workspace, { webhook: { url: webhook.url, bearerToken: 'secret' } });
    const { scrapeJob } = await startKubeStateMetrics(cluster);
    const prometheus = await startPrometheus(cluster.workspace, {
      scrapeJobs: [scrapeJob],
      scrapeSeconds: 1,
      evaluationSeconds: 1,
      alertmanagerUrl: alertmanager.url,
    });
    const rule = (value: number) => [
      { name: 'test', rules: [{ alert: 'NamespaceIsThere', expr: `count(kube_namespace_created{namespace="default"}) == ${value}` }] },
    ];
    await prometheus.reload({ ruleGroups: rule(1) });
    expect(await webhook.next('firing')).toEqual({ authorization: 'Bearer secret', alertname: 'NamespaceIsThere' });
    await prometheus.reload({ ruleGroups: rule(2) });
    expect(await webhook.next('resolved')).toEqual({ authorization: 'Bearer secret', alertname: 'NamespaceIsThere' });
    webhook.close();
    await alertmanager.stop();
    expect(await probeHealth({ kind: 'http', url: `${alertmanager.url}/-/ready` })).toContain('ECONNREFUSED');
  });

  test('Flux applies what is pushed, and says which commit it applied', async () => {
    const [server] = await Promise.all([startGitServer(cluster.workspace), startFlux(cluster)]);
    const { url } = await server.createRepository('config');
    const commit = await push(cluster.workspace, url, { 'config.yaml': JSON.stringify(configMap('from-git')) });
    const source = { kind: 'GitRepository', name: 'config' };
    await create('source.toolkit.fluxcd.io', 'gitrepositories', 'GitRepository', { interval: '1m', url, ref: { branch: 'main' } });
    await create('kustomize.toolkit.fluxcd.io', 'kustomizations', 'Kustomization', {
      interval: '1m',
      path: './',
      prune: true,
      sourceRef: source,
    });
    await until('the commit is applied', { deadlineSeconds: 40 }, async () => {
      const path = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/config';
      const { status } = (await cluster.api.request('GET', path)) as { status?: { lastAppliedRevision?: string } };
      return status?.lastAppliedRevision === `main@sha1:${commit}` ? undefined : JSON.stringify(status);
    });
    expect(await cluster.api.request('GET', '/api/v1/namespaces/default/configmaps/from-git')).toMatchObject({ data: { key: 'value' } });
  });

  function create(group: string, plural: string, kind: string, spec: object): Promise<unknown> {
    const body = { apiVersion: `${group}/v1`, kind, metadata: { name: 'config' }, spec };
    return cluster.api.request('POST', `/apis/${group}/v1/namespaces/flux-system/${plural}`, body);
  }
});

const as = (user: string, password: string, url: string): string => url.replace('//', `//${user}:${encodeURIComponent(password)}@`);

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd, env: GIT_ENV, timeout: 30_000 }).catch((error: Error & { stderr?: string }) => {
    throw new Error(error.stderr ?? describeError(error));
  });
  return stdout.trim();
}

let worktrees = 0;

/** Commits these files alone to `main` and pushes them; gives the commit. */
async function push(workspace: Workspace, url: string, files: Readonly<Record<string, string>>): Promise<string> {
  const worktree = workspace.folder(`worktree-${worktrees++}`);
  mkdirSync(worktree, { recursive: true });
  await git(worktree, 'init', '--quiet', '--initial-branch=main');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(worktree, name), content);
  await git(worktree, 'add', '.');
  await git(worktree, 'commit', '--quiet', '--message=Test');
  await git(worktree, 'push', '--quiet', url, 'main');
  return git(worktree, 'rev-parse', 'HEAD');
}

interface Notice {
  readonly authorization: string | undefined;
  readonly alertname: string | undefined;
}

async function receiveWebhooks() {
  const received: (Notice & { status: string })[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, alerts } = (await json(request)) as { status: string; alerts: { labels: Record<string, string> }[] };
    received.push({ status, authorization: request.headers.authorization, alertname: alerts[0]?.labels['alertname'] });
    response.end();
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
    async next(wanted: string): Promise<Notice | undefined> {
      await until(`a webhook that says ${wanted}`, { deadlineSeconds: 40 }, async () =>
        received.some(({ status }) => status === wanted) ? undefined : `${received.length} webhooks came`,
      );
      const found = received.find(({ status }) => status === wanted);
      return found && { authorization: found.authorization, alertname: found.alertname };
    },
  };
}

function configMap(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { key: 'value' } };
}
