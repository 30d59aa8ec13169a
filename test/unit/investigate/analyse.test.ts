import { describe, expect, test } from 'vitest';
import { analyse } from '../../../src/investigate/analyse.ts';
import { crashLoop } from '../../../src/investigate/analyzers/crashLoop.ts';
import { container, ended, pod, snapshot, waiting } from './builders.ts';

const crashed = container({ state: waiting('CrashLoopBackOff'), lastState: ended(1), restarts: 3 });
const cart1 = pod({}, crashed);
const cart2 = pod({ name: 'cart-2', uid: 'uid-cart-2', evidence: 'pod/shop/cart-2' }, crashed);

describe('analyse', () => {
  test('joins what several pods of a workload show into one finding that cites them all', () => {
    const { findings } = analyse(snapshot({ pods: [cart1, cart2] }));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ pods: ['cart-1', 'cart-2'], evidence: ['pod/shop/cart-1', 'pod/shop/cart-2'] });
    expect(findings[0]?.message).toContain('One more pod is in the same state.');
  });

  test('keeps different reasons apart', () => {
    const other = pod({ name: 'cart-2' }, container({ state: waiting('CrashLoopBackOff'), lastState: ended(127) }));
    expect(analyse(snapshot({ pods: [cart1, other] })).findings.map(({ reason }) => reason)).toEqual([
      'ContainerExitsWithError',
      'ContainerCommandNotFound',
    ]);
  });

  test('goes on when an analyzer breaks, and says which', () => {
    const broken = {
      name: 'broken',
      find: () => {
        throw new Error('unforeseen');
      },
    };
    const { findings, errors } = analyse(snapshot({ pods: [cart1] }), [broken, crashLoop]);
    expect(findings).toHaveLength(1);
    expect(errors.map(({ analyzer }) => analyzer)).toEqual(['broken']);
  });
});
