import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { Incident, Investigation } from '../../../src/crds/kinds.ts';
import { questionOf } from '../../../src/investigate/scopeOf.ts';
import { ago, cart, NOW } from './builders.ts';

const meta = (namespace: string) => ({
  namespace,
  name: 'x',
  uid: 'uid',
  resourceVersion: '1',
  creationTimestamp: new Date(ago(1)).toISOString(),
});
const asked = (spec: Partial<Investigation['spec']>, namespace = 'shop'): Investigation => ({
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Investigation',
  metadata: meta(namespace),
  spec: { purpose: 'Diagnosis', ...spec },
});
const incident = (spec: Partial<Incident['spec']>): Incident => ({
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Incident',
  metadata: meta('shop'),
  spec: { title: 't', severity: 'warning', source: 'Manual', ...spec },
});
const names = (targets: readonly ObjectRef[]): string[] => targets.map(({ kind, namespace, name }) => `${kind}/${namespace ?? ''}/${name}`);
const payments: ObjectRef = { kind: 'Deployment', namespace: 'pay', name: 'payments' };

interface Case {
  readonly name: string;
  readonly investigation: Investigation;
  readonly incident?: Incident;
  readonly allowed?: readonly string[];
  readonly targets: readonly string[];
  readonly refused?: number;
}

describe('questionOf', () => {
  test.each<Case>([
    {
      name: 'looks at what the Investigation names',
      investigation: asked({ targets: [cart] }),
      incident: incident({ targets: [payments] }),
      targets: ['Deployment/shop/cart'],
    },
    {
      name: 'else at what the Incident names',
      investigation: asked({}),
      incident: incident({ targets: [payments] }),
      targets: ['Deployment/pay/payments'],
    },
    {
      name: 'else at what labels point to, in its own namespace',
      investigation: asked({}),
      incident: incident({ labels: { namespace: 'shop', deployment: 'cart' } }),
      targets: ['Deployment/shop/cart'],
    },
    {
      name: 'and nowhere else, as nobody has judged what labels say',
      investigation: asked({}),
      incident: incident({ labels: { namespace: 'kube-system', deployment: 'coredns' } }),
      targets: [],
      refused: 1,
    },
    { name: 'nor on nodes', investigation: asked({}), incident: incident({ labels: { node: 'n1' } }), targets: [], refused: 1 },
    {
      name: 'takes a target without a namespace for one of its own',
      investigation: asked({ targets: [{ kind: 'Deployment', name: 'cart' }] }),
      targets: ['Deployment/shop/cart'],
    },
    { name: 'but not a kind that has none', investigation: asked({ targets: [{ kind: 'Node', name: 'n1' }] }), targets: ['Node//n1'] },
    {
      name: 'takes a namespace as a target for what is in it',
      investigation: asked({ targets: [{ kind: 'Namespace', name: 'pay' }] }),
      allowed: ['shop'],
      targets: [],
      refused: 1,
    },
    {
      name: 'keeps within the namespaces that it is given',
      investigation: asked({ targets: [cart, payments] }),
      allowed: ['shop'],
      targets: ['Deployment/shop/cart'],
      refused: 1,
    },
    {
      name: 'and off the nodes then',
      investigation: asked({ targets: [{ kind: 'Node', name: 'n1' }] }),
      allowed: ['shop'],
      targets: [],
      refused: 1,
    },
  ])('$name', ({ investigation, incident: behind, allowed, targets, refused = 0 }) => {
    const question = questionOf(investigation, behind, allowed, NOW);
    expect(names(question.targets)).toEqual(targets);
    expect(question.gaps.map(({ reason }) => reason)).toEqual(Array.from({ length: refused }, () => 'Forbidden'));
  });

  test('looks back an hour from when the trouble began', () => {
    const startsAt = new Date(ago(30)).toISOString();
    expect(questionOf(asked({}), incident({ startsAt }), undefined, NOW).window).toEqual({ start: ago(90), end: NOW });
    expect(questionOf(asked({}), undefined, undefined, NOW).window).toEqual({ start: ago(61), end: NOW });
  });

  test('takes the window that it is given', () => {
    const window = { start: new Date(ago(300)).toISOString(), end: new Date(ago(200)).toISOString() };
    expect(questionOf(asked({ window }), undefined, undefined, NOW).window).toEqual({ start: ago(300), end: ago(200) });
  });
});
