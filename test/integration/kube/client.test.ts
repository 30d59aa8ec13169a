/** The client, on a real API server. */
import { afterAll, describe, expect, inject, test } from 'vitest';
import { ApiError, ConnectionError, isConflict, isForbidden, isInvalid, isNotFound, isUnauthorized } from '../../../src/kube/errors.ts';
import { type ApplyIntent, defineResource } from '../../../src/kube/object.ts';
import { startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import { lists, tooManyRequests } from '../../faults/proxy/faults.ts';
import { type ConfigMap, configMap, configMaps } from '../../support/configMaps.ts';
import { clientFor } from '../../support/kubeClient.ts';
import { describeKubeContract } from '../../support/kubeContract.ts';
import { makeNamespace } from '../../support/namespace.ts';

const cluster = inject('cluster');
const admin = { serverUrl: cluster.serverUrl, caData: cluster.caData, token: cluster.tokens.admin };
const client = clientFor(admin);
afterAll(async () => client.close());

const freshNamespace = (): Promise<string> => makeNamespace(client, 'client');
const widgets = defineResource({ group: 'not.installed.example', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true });

describeKubeContract('the client', async () => ({ client, namespace: await freshNamespace() }));

test('a list is fetched page by page, to its end', async () => {
  const namespace = await freshNamespace();
  const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
  await Promise.all(names.map((name) => client.create(configMaps, configMap(namespace, name))));
  const { items } = await client.list(configMaps, { namespace, pageSize: 2 });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
});

test('a selector narrows a list', async () => {
  const namespace = await freshNamespace();
  await client.create(configMaps, { metadata: { namespace, name: 'a', labels: { app: 'cart' } } });
  await client.create(configMaps, { metadata: { namespace, name: 'b' } });
  const { items } = await client.list(configMaps, { namespace, labelSelector: 'app=cart' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['a']);
});

describe('server-side apply', () => {
  const intent = (namespace: string, data: Readonly<Record<string, string>>): ApplyIntent<ConfigMap> => ({
    metadata: { namespace, name: 'a' },
    data,
  });

  test('drops an owned field that is left out, and keeps those of others', async () => {
    const namespace = await freshNamespace();
    await client.apply(configMaps, intent(namespace, { mine: '1', dropped: '1' }), { fieldManager: 'one' });
    await client.apply(configMaps, intent(namespace, { theirs: '1' }), { fieldManager: 'two' });
    const after = await client.apply(configMaps, intent(namespace, { mine: '2' }), { fieldManager: 'one' });
    expect(after.data).toEqual({ mine: '2', theirs: '1' });
  });

  test('is refused where another manager owns the field, unless forced', async () => {
    const namespace = await freshNamespace();
    await client.apply(configMaps, intent(namespace, { field: '1' }), { fieldManager: 'one' });
    await expect(client.apply(configMaps, intent(namespace, { field: '2' }), { fieldManager: 'two' })).rejects.toSatisfy(isConflict);
    const forced = await client.apply(configMaps, intent(namespace, { field: '2' }), { fieldManager: 'two', force: true });
    expect(forced.data).toEqual({ field: '2' });
  });

  test('a deletion that is tried out deletes nothing', async () => {
    const namespace = await freshNamespace();
    const made = await client.create(configMaps, { metadata: { namespace, generateName: 'kept-' } });
    const key = { namespace, name: made.metadata.name };
    expect(await client.delete(configMaps, key, { uid: made.metadata.uid, dryRun: true })).toBe(true);
    expect(await client.get(configMaps, key)).toMatchObject({ metadata: { uid: made.metadata.uid } });
  });

  test('stores nothing in a dry run', async () => {
    const namespace = await freshNamespace();
    const shown = await client.apply(configMaps, intent(namespace, { field: '1' }), { fieldManager: 'one', dryRun: true });
    expect(shown.data).toEqual({ field: '1' });
    expect(await client.get(configMaps, { namespace, name: 'a' })).toBeUndefined();
  });
});

test.each([
  { type: 'merge', body: { data: { b: '2', a: null } }, want: { b: '2' } },
  { type: 'json', body: [{ op: 'replace', path: '/data/a', value: '3' }], want: { a: '3' } },
  { type: 'strategic', body: { data: { b: '2' } }, want: { a: '1', b: '2' } },
] as const)('a $type patch', async ({ type, body, want }) => {
  const namespace = await freshNamespace();
  await client.create(configMaps, configMap(namespace, 'a', { a: '1' }));
  const after = await client.patch(configMaps, { namespace, name: 'a' }, body, { type });
  expect(after.data).toEqual(want);
});

test('raw gives JSON as JSON, and text as text', async () => {
  expect(await client.raw('GET', '/version')).toMatchObject({ major: '1' });
  expect(await client.raw('GET', '/healthz')).toBe('ok');
});

test('a client that acts as somebody else is judged as that person', async () => {
  const alice = client.as({ user: 'alice', groups: ['sre-approvers', 'second'] });
  const review = await alice.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  expect(review).toMatchObject({
    status: { userInfo: { username: 'alice', groups: expect.arrayContaining(['sre-approvers', 'second']) } },
  });
});

describe('an error says what was tried, where, and what to do', () => {
  test.each([
    {
      name: 'rights are missing',
      call: () => client.as({ user: 'nobody-special' }).list(configMaps),
      is: isForbidden,
      says: [/list configmaps/, /cannot list resource/, /grant it with a Role/],
    },
    {
      name: 'the kind is not served',
      call: () => client.list(widgets),
      is: (error: unknown) => error instanceof ApiError && error.status === 404,
      says: [/widgets\.not\.installed\.example/, /install its CustomResourceDefinition/],
    },
    {
      name: 'one of an unserved kind is asked for',
      call: () => client.get(widgets, { namespace: 'default', name: 'x' }),
      is: (error: unknown) => error instanceof ApiError && error.status === 404,
      says: [/install its CustomResourceDefinition/],
    },
    {
      name: 'the object is invalid',
      call: () => client.create(configMaps, configMap('default', 'Bad_Name')),
      is: isInvalid,
      says: [/create ConfigMap default\/Bad_Name/, /metadata\.name/],
    },
    {
      name: 'the namespace is missing',
      call: () => client.create(configMaps, configMap('no-such-namespace', 'x')),
      is: isNotFound,
      says: [/namespaces "no-such-namespace" not found/],
    },
    {
      name: 'a namespaced kind is addressed without one',
      call: () => client.create(configMaps, { metadata: { name: 'x' } }),
      is: (error: unknown) => error instanceof Error,
      says: [/no namespace was given/],
    },
  ])('when $name', async ({ call, is, says }) => {
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toSatisfy(is);
    for (const words of says) expect(String(error)).toMatch(words);
  });

  test.each([
    {
      name: 'nothing listens',
      target: { ...admin, serverUrl: 'https://127.0.0.1:1' },
      kind: 'refused',
      says: /nothing listens at https:\/\/127\.0\.0\.1:1/,
    },
    {
      name: 'the host is unknown',
      target: { ...admin, serverUrl: 'https://nowhere.invalid' },
      kind: 'unresolved',
      says: /can't be resolved/,
    },
  ])('when $name', async ({ target, kind, says }) => {
    const other = clientFor(target);
    const error = await other.list(configMaps).catch((thrown: unknown) => thrown);
    await other.close();
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(says) });
  });

  test('when the server is signed by another authority', async () => {
    const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData });
    const other = clientFor({ ...admin, serverUrl: proxy.url });
    await expect(other.list(configMaps)).rejects.toMatchObject({
      kind: 'certificate',
      message: expect.stringMatching(/certificate-authority/),
    });
    await other.close();
    await proxy.close();
  });

  test('when the credentials are refused', async () => {
    const other = clientFor({ ...admin, token: 'not-a-token' });
    const error = await other.list(configMaps).catch((thrown: unknown) => thrown);
    await other.close();
    expect(error).toSatisfy(isUnauthorized);
    expect(String(error)).toMatch(/user "tester".*renew the token/);
  });
});

describe('a call', () => {
  test('waits as long as an overloaded server asks, and is made again', async () => {
    const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData });
    const other = clientFor({ ...admin, serverUrl: proxy.url, caData: proxy.caData });
    proxy.inject(tooManyRequests(lists, 2, 0));
    expect((await other.list(configMaps, { namespace: 'default' })).items).toBeDefined();
    expect(proxy.requests).toHaveLength(3);
    await other.close();
    await proxy.close();
  });

  test('ends by its time limit when no answer comes, and by its signal', async () => {
    const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData });
    const other = clientFor({ ...admin, serverUrl: proxy.url, caData: proxy.caData });
    await other.list(configMaps, { namespace: 'default' });
    proxy.network.freeze();
    await expect(other.list(configMaps, { timeoutMs: 300 })).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringMatching(/list configmaps.*300 ms/),
    });
    await expect(other.list(configMaps, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
    await other.close();
    await proxy.close();
  });

  test('gets through though the connection has gone dead without a word', async () => {
    const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData });
    const other = clientFor({ ...admin, serverUrl: proxy.url, caData: proxy.caData });
    await other.list(configMaps, { namespace: 'default' });
    proxy.network.strand();
    expect(await other.get(configMaps, { namespace: 'default', name: 'none' })).toBeUndefined();
    await other.close();
    await proxy.close();
  });

  test.each([
    { protocol: 'HTTP/2', http1Only: false, most: 2 },
    { protocol: 'HTTP/1.1', http1Only: true, most: 12 },
  ])('shares few sockets with all others over $protocol', async ({ http1Only, most }) => {
    const proxy = await startFaultProxy({ serverUrl: cluster.serverUrl, caData: cluster.caData, http1Only });
    const other = clientFor({ ...admin, serverUrl: proxy.url, caData: proxy.caData });
    const stop = new AbortController();
    const watching = Array.from({ length: 10 }, async () => {
      for await (const _ of other.watch(configMaps, { signal: stop.signal })) break;
    });
    await Promise.all(Array.from({ length: 60 }, () => other.get(configMaps, { namespace: 'default', name: 'x' })));
    expect(proxy.network.open).toBeLessThanOrEqual(most);
    stop.abort(new Error('done'));
    await Promise.allSettled(watching);
    await other.close();
    await proxy.close();
  });
});

test('acts as somebody with all of their groups', async () => {
  const groups = ['sre-approvers', 'shop-team', 'on-call'];
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await client.as({ user: 'erin', groups }).raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
  expect(answer).toMatchObject({ status: { userInfo: { username: 'erin', groups: [...groups, 'system:authenticated'] } } });
});
