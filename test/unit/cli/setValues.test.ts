/** Other values for the parameters of an action, within its bounds. */
import { describe, expect, test } from 'vitest';
import { withValues } from '../../../src/cli/setValues.ts';
import type { Action, TakenInstead } from '../../../src/crds/remediationPlan.ts';

const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const raise: Action = { type: 'SetResources', target, setResources: { container: 'app', memoryLimitMebibytes: 128 } };
const restart: Action = { type: 'RestartWorkload', target };
const taking = (action: Action): TakenInstead => ({
  action,
  strategy: 'Commit',
  successCriteria: [{ type: 'RolloutComplete', withinSeconds: 60 }],
  soakSeconds: 60,
});

describe('--set', () => {
  test.each<{ set: string[]; want: object }>([
    { set: ['memoryLimitMebibytes=256'], want: { container: 'app', memoryLimitMebibytes: 256 } },
    {
      set: ['memoryLimitMebibytes=256', 'memoryRequestMebibytes=64'],
      want: { container: 'app', memoryLimitMebibytes: 256, memoryRequestMebibytes: 64 },
    },
    { set: ['container=42'], want: { container: '42', memoryLimitMebibytes: 128 } },
  ])('$set', ({ set, want }) => {
    expect(withValues(taking(raise), set).action.setResources).toEqual(want);
  });

  test.each<{ action?: Action; set: string; says: string }>([
    { set: 'memoryLimitMebibytes', says: '--set takes name=value, and "memoryLimitMebibytes" is not that' },
    {
      set: 'memoryLimitMebibytes=1',
      says: 'memoryLimitMebibytes=1 is out of the bounds of SetResources: Too small: expected number to be >=4',
    },
    {
      set: 'memoryLimitMebibytes=much',
      says: 'memoryLimitMebibytes=much is out of the bounds of SetResources: Invalid input: expected number',
    },
    {
      set: 'memory=256',
      says: 'SetResources takes the parameters container, memoryLimitMebibytes, memoryRequestMebibytes, cpuLimitMillicores, cpuRequestMillicores, and not memory',
    },
    { set: '__proto__=1', says: 'and not __proto__' },
    { action: restart, set: 'memory=256', says: 'RestartWorkload takes no parameters, and not memory' },
  ])('refuses $set', ({ action = raise, set, says }) => {
    expect(() => withValues(taking(action), [set])).toThrow(says);
  });
});
