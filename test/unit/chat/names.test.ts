/** Which thing of the cluster a name means, and which is meant by who was asked back. */
import { describe, expect, test } from 'vitest';
import type { Entity } from '../../../src/chat/memory/conversation.ts';
import { choose } from '../../../src/chat/names/choose.ts';
import { keyOf, resolve } from '../../../src/chat/names/resolve.ts';

const of = (kind: Entity['kind'], ...keys: readonly string[]): readonly Entity[] =>
  keys.map((key) => {
    const [namespace, name] = key.split('/');
    return name === undefined ? { kind, name: key } : { kind, namespace, name };
  });
const names: readonly Entity[] = [
  ...of('Namespace', 'shop', 'staging', 'monitoring'),
  ...of(
    'Deployment',
    'shop/cart',
    'shop/payment-gateway',
    'shop/checkout-api',
    'staging/checkout-api',
    'monitoring/prometheus',
    'shop/recommendation',
  ),
  ...of('StatefulSet', 'shop/orders-db'),
  ...of('Service', 'shop/cart', 'shop/payment-gateway', 'shop/orders-db', 'staging/web-service'),
  ...of('Pod', 'shop/cart-7d9f8b6c5-x2x4z'),
  ...of('Incident', 'agent-sre/inc-4f2a-1'),
];
const WORKLOADS: readonly Entity['kind'][] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'Pod'];
const told = (mentions: readonly string[], kinds = WORKLOADS, focus?: Entity): string => {
  const found = resolve({ mentions, names, kinds, focus });
  if (found.outcome === 'one') return `${found.entity.kind} ${keyOf(found.entity)}${found.guessed ? ' (guessed)' : ''}`;
  if (found.outcome === 'several') return `one of ${found.candidates.map(keyOf).join(', ')}`;
  return found.outcome === 'none' ? `no ${found.mention}; ${found.nearest.join(', ')}` : 'unnamed';
};

describe('a name', () => {
  test.each([
    { mentions: ['cart'], means: 'Deployment shop/cart' },
    { mentions: ['shop/cart'], means: 'Deployment shop/cart' },
    { mentions: ['cart.shop.svc.cluster.local'], means: 'Deployment shop/cart' },
    { mentions: ['svc/cart'], means: 'Service shop/cart' },
    { mentions: ['cart', 'shop'], means: 'Deployment shop/cart' },
    { mentions: ['cart-7d9f8b6c5-x2x4z'], means: 'Pod shop/cart-7d9f8b6c5-x2x4z' },
    { mentions: ['payment', 'gateway'], means: 'Deployment shop/payment-gateway' },
    { mentions: ['payment'], means: 'Deployment shop/payment-gateway (guessed)' },
    { mentions: ['cart-service'], means: 'Deployment shop/cart (guessed)' },
    { mentions: ['web'], means: 'Service staging/web-service (guessed)' },
    { mentions: ['recomendation'], means: 'Deployment shop/recommendation (guessed)' },
    { mentions: ['checkout-api'], means: 'one of shop/checkout-api, staging/checkout-api' },
    { mentions: ['checkout-api', 'staging'], means: 'Deployment staging/checkout-api' },
    { mentions: ['staging/checkout-api'], means: 'Deployment staging/checkout-api' },
    { mentions: ['order-db'], means: 'StatefulSet shop/orders-db (guessed)' },
    { mentions: ['carrot'], means: 'no carrot; cart' },
    { mentions: ['zookeeper'], means: 'no zookeeper; ' },
    { mentions: ['nowhere/cart'], means: 'no nowhere/cart; cart' },
    { mentions: [], means: 'unnamed' },
    { mentions: ['shop'], means: 'unnamed' },
  ])('$mentions means $means', ({ mentions, means }) => {
    expect(told(mentions)).toBe(means);
  });

  test('may be a namespace where a question can be about one', () => {
    expect(told(['shop'], [...WORKLOADS, 'Namespace'])).toBe('Namespace shop');
  });

  test('of several things means the one where the conversation is', () => {
    expect(told(['checkout-api'], WORKLOADS, { kind: 'Deployment', namespace: 'shop', name: 'cart' })).toBe('Deployment shop/checkout-api');
    expect(told(['checkout-api'], WORKLOADS, { kind: 'Namespace', name: 'staging' })).toBe('Deployment staging/checkout-api');
  });
});

describe('an answer to who asked back', () => {
  const candidates = of('Deployment', 'shop/checkout-api', 'shop/checkout-web', 'staging/checkout-api');
  test.each([
    { answer: 'the second', means: 'shop/checkout-web' },
    { answer: '2', means: 'shop/checkout-web' },
    { answer: 'the last one', means: 'staging/checkout-api' },
    { answer: 'the first one please', means: 'shop/checkout-api' },
    { answer: 'staging', means: 'staging/checkout-api' },
    { answer: 'I mean the one in staging', means: 'staging/checkout-api' },
    { answer: 'shop/checkout-api', means: 'shop/checkout-api' },
    { answer: 'the web one', means: 'shop/checkout-web' },
    { answer: 'shop', means: undefined },
    { answer: '9', means: undefined },
    { answer: 'show me the logs of cart', means: undefined },
    { answer: '', means: undefined },
  ])('"$answer" chooses $means', ({ answer, means }) => {
    const chosen = choose(answer, candidates);
    expect(chosen && keyOf(chosen)).toBe(means);
  });
});
