import { describe, expect, test } from 'vitest';
import { sandbox } from '../../../../src/investigate/analyzers/sandbox.ts';
import type { ObjectEvent, Pod } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, event, pod, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly events: readonly ObjectEvent[];
  readonly pod?: Partial<Pod>;
  readonly found: boolean;
}

const failed = event(
  'FailedCreatePodSandBox',
  'failed to setup network for sandbox: plugin type="bridge" failed: no IP addresses available',
);

describe('sandbox', () => {
  test.each<Case>([
    { name: 'a network that cannot be set up', events: [failed], found: true },
    {
      name: 'one that was set up by the next try',
      events: [{ ...failed, lastAt: ago(5) }, event('Pulling', 'Pulling image', { type: 'Normal' })],
      found: false,
    },
    { name: 'a pod that has an address', events: [failed], pod: { ip: '10.1.0.5' }, found: false },
    { name: 'a pod that runs', events: [failed], pod: { phase: 'Running' }, found: false },
    {
      name: 'a kill for memory is told by others',
      events: [{ ...failed, message: 'container init was OOM-killed (memory limit too low?)' }],
      found: false,
    },
    { name: 'a pod that is just being made', events: [], found: false },
  ])('$name', ({ events, pod: more, found }) => {
    const pods = [pod({ phase: 'Pending', ip: undefined, ...more }, container({ state: waiting('ContainerCreating') }))];
    expect([...sandbox.find(snapshot({ pods, events }))].map(({ reason }) => reason)).toEqual(found ? ['ContainerSandboxFailed'] : []);
  });
});
