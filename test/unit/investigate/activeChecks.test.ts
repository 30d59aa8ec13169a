import { describe, expect, test } from 'vitest';
import { type Checking, checkOf, checksAround } from '../../../src/investigate/activeChecks.ts';
import { createCallBudget } from '../../../src/sources/budget.ts';
import type { CheckResult } from '../../../src/sources/checks/check.ts';
import type { NetworkPolicy, Route } from '../../../src/sources/kubernetes/snapshot.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';
import { cart, snapshot } from './builders.ts';

const place = { host: 'cart.shop.svc', port: 8080, at: 0, detail: 'as it was said' };
const route: Route = {
  owner: { kind: 'Ingress', namespace: 'shop', name: 'shop' },
  name: '',
  host: 'shop.example',
  path: '/',
  backend: { namespace: 'shop', service: 'cart' },
  conditions: [],
  evidence: 'object/Ingress/shop/shop',
};
const policy: NetworkPolicy = {
  namespace: 'shop',
  name: 'closed',
  podSelector: { labels: {}, expressions: [] },
  known: true,
  ingress: [],
  evidence: 'object/NetworkPolicy/shop/closed',
};
const ended = { ...place, check: 'tls', outcome: 'Expired', problems: ['Expired'] } as const;

describe('the result of an active check', () => {
  test.each<{ name: string; result: CheckResult; policies?: readonly NetworkPolicy[]; want: object | undefined }>([
    {
      name: 'is told of the Service that the host names',
      result: { ...place, check: 'tcp', outcome: 'Refused' },
      want: { kind: 'tcp', namespace: 'shop', service: 'cart', port: 8080, outcome: 'refused', detail: 'as it was said' },
    },
    {
      name: 'is that of the same Service in a cluster with a domain',
      result: { ...place, host: 'cart.shop.svc.cluster.local', check: 'tcp', outcome: 'Open' },
      want: { service: 'cart', outcome: 'open' },
    },
    { name: 'of TLS keeps its words', result: ended, want: { kind: 'tls', outcome: 'failed', detail: 'as it was said' } },
    {
      name: 'of the certificate of an Ingress is told of the Service behind it',
      result: { ...ended, host: 'shop.example', port: 443 },
      want: { kind: 'tls', service: 'cart', port: 443, outcome: 'failed' },
    },
    {
      name: 'of a connection to an Ingress says nothing of the Service behind it',
      result: { ...place, host: 'shop.example', check: 'tcp', outcome: 'Refused' },
      want: undefined,
    },
    { name: 'of a host that nothing here routes is left out', result: { ...ended, host: 'other.example' }, want: undefined },
    {
      name: 'that no answer came stands where nothing keeps it out',
      result: { ...place, check: 'tcp', outcome: 'TimedOut' },
      want: { outcome: 'timedOut' },
    },
    {
      name: 'that no answer came is left out where a policy may keep us out on purpose',
      result: { ...place, check: 'tcp', outcome: 'TimedOut' },
      policies: [policy],
      want: undefined,
    },
    {
      name: 'that a name is not known says only that we may be outside of the cluster',
      result: { ...place, check: 'dns', outcome: 'NoSuchName', addresses: [] },
      want: undefined,
    },
    {
      name: 'that we may not connect says nothing of the Service',
      result: { ...place, check: 'dns', outcome: 'NotAllowed', addresses: ['127.0.0.1'] },
      want: undefined,
    },
    {
      name: 'of HTTP is open however it answered',
      result: { ...place, check: 'http', outcome: 'Answered', status: 503 },
      want: { outcome: 'open' },
    },
  ])('$name', ({ result, policies = [], want }) => {
    const [check] = checkOf(result, { routes: [route], policies });
    if (want === undefined) expect(check).toBeUndefined();
    else expect(check).toMatchObject(want);
  });
});

describe('active checks', () => {
  const finding = (reason: 'ContainerOutOfMemory' | 'ServiceUnreachable') => ({
    analyzer: 'a',
    reason,
    object: cart,
    message: '',
    cures: [],
    evidence: [],
    pods: [],
    touchedBy: { direct: [], plausible: [] },
  });

  test.each([
    { name: 'are made where nobody knows yet what is wrong', found: [], isOpen: true, want: 1 },
    { name: 'are made where something about the network was found', found: [finding('ServiceUnreachable')], isOpen: false, want: 1 },
    { name: 'cost nothing where the cause is known and another', found: [finding('ContainerOutOfMemory')], isOpen: false, want: 0 },
  ])('$name', async ({ found, isOpen, want }) => {
    const asked: unknown[] = [];
    const check: Checking = async (pods) => {
      asked.push(pods);
      return { results: [], gaps: [] };
    };
    const run = { kube: createMemoryKube(), budget: createCallBudget(9, 1), signal: new AbortController().signal };
    await checksAround(check, run, snapshot(), { found, isOpen });
    expect(asked).toHaveLength(want);
  });
});
