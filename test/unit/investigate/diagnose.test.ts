import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/investigate/diagnose.ts';
import { ago, commit, container, event, node, waiting } from './builders.ts';
import { app, calls, daemon, inShort, pending, says, world } from './surroundingsBuilders.ts';

const missing = 'manifest for registry.example/cart:9 not found: manifest unknown';
const brokenImage = app('cart', {
  ready: false,
  pod: { createdAt: ago(10) },
  container: { image: 'registry.example/cart:9', state: waiting('ErrImagePull', missing) },
});

describe('diagnose', () => {
  test('a namespace of nothing has neither cause nor candidates', () => {
    expect(diagnose(world())).toEqual({ rootCause: undefined, candidates: [], findings: [], gaps: [] });
  });

  test('the cause is the first candidate, and says what, where, how sure, and of which kind', () => {
    const { rootCause, candidates } = diagnose(world(brokenImage, app('frontend'), calls('frontend>cart')));
    expect(rootCause).toEqual(candidates[0]);
    expect(rootCause).toMatchObject({ reason: 'ImageNotFound', object: 'Deployment/shop/cart#cart' });
    expect(rootCause?.category).not.toBe('');
    expect(rootCause?.statement).toContain('registry.example/cart:9');
    expect(rootCause?.confidence).toBeGreaterThanOrEqual(0.5);
    expect(rootCause?.confidence).toBeLessThan(1);
  });

  test('what a deeper finding explains comes after it, and is never the cause', () => {
    const { candidates } = diagnose(world(brokenImage));
    expect(candidates.map(inShort)).toEqual(['ImageNotFound Deployment/cart', 'ServiceWithoutEndpoints Service/cart']);
  });

  test('of two faults at once both are said', () => {
    const seen = world(brokenImage, pending('orders', '3 Insufficient memory', { service: false }), { nodes: [node('n1')] });
    expect(diagnose(seen).candidates.slice(0, 2).map(inShort).toSorted()).toEqual([
      'ImageNotFound Deployment/cart',
      'InsufficientMemory Deployment/orders',
    ]);
  });

  test('at most five candidates, of as many findings as there are', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      app(`app-${index}`, { ready: false, service: false, container: { state: waiting('ErrImagePull', missing) } }),
    );
    const { candidates, findings } = diagnose(world(...many));
    expect([candidates.length, findings.length]).toEqual([5, 9]);
  });

  test('a change of the very field makes it surer', () => {
    const changed = commit('abc', ago(11), [
      {
        object: 'Deployment/shop/cart',
        path: 'spec.template.spec.containers[cart].image',
        before: 'registry.example/cart:8',
        after: 'registry.example/cart:9',
      },
    ]);
    const [before, after] = [diagnose(world(brokenImage)), diagnose(world(brokenImage), [changed])].map(
      ({ rootCause }) => rootCause?.confidence ?? 0,
    );
    expect(after).toBeGreaterThan(before ?? 1);
  });

  test('the order of what was seen does not matter', () => {
    const seen = world(
      brokenImage,
      app('orders', { ready: false, others: [container({ name: 'sidecar' })], container: { state: waiting('ErrImagePull', missing) } }),
      says('frontend', 'error: cart is unavailable'),
      { daemons: [daemon('n2', 'kube-proxy', false)], events: [event('Failed', missing)] },
    );
    const turned = { ...seen, pods: seen.pods.toReversed(), workloads: seen.workloads.toReversed(), services: seen.services.toReversed() };
    expect(diagnose(turned).rootCause).toEqual(diagnose(seen).rootCause);
  });

  test('what could not be seen is said once', () => {
    const gap = { source: 'kubernetes', reason: 'Forbidden' as const, message: 'list events in shop: forbidden' };
    expect(diagnose(world(app('cart'), { gaps: [gap, gap] })).gaps).toHaveLength(1);
  });
});
