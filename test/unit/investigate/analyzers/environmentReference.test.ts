import { describe, expect, test } from 'vitest';
import { environmentReference } from '../../../../src/investigate/analyzers/environmentReference.ts';
import type { Container, ObjectEvent } from '../../../../src/sources/kubernetes/snapshot.ts';
import { container, event, log, pod, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly container: Partial<Container>;
  readonly events?: readonly ObjectEvent[];
  readonly found: boolean;
}

const refused = 'unsupported fieldPath: spec.nope';
const dial = log('cannot connect to postgres://$(DB_HOST):5432');
const names = event(
  'InvalidEnvironmentVariableNames',
  'Keys [1st] from the EnvFrom configMap shop/cart were skipped since they are considered invalid environment variable names.',
);

describe('environmentReference', () => {
  test.each<Case>([
    { name: 'a field that does not exist', container: { state: waiting('CreateContainerConfigError', refused) }, found: true },
    {
      name: 'a key that does not exist is told by others',
      container: { state: waiting('CreateContainerConfigError', 'configmap "a" not found') },
      found: false,
    },
    { name: 'names that cannot be one', container: {}, events: [names], found: true },
    { name: 'names that cannot be one, and are not missed', container: { ready: true }, events: [names], found: false },
    {
      name: 'a variable that is left as it is written',
      container: { env: { URL: 'postgres://$(DB_HOST):5432' }, logs: { previous: dial } },
      found: true,
    },
    { name: 'one in braces', container: { env: { URL: '${DB_HOST}:1' }, logs: { current: log('bad host ${DB_HOST}') } }, found: true },
    {
      name: 'one that the log does not have',
      container: { env: { URL: '$(DB_HOST):1' }, logs: { current: log('bad host') } },
      found: false,
    },
    { name: 'one that only the log has', container: { logs: { previous: dial } }, found: false },
    {
      name: 'one that a shell expands',
      container: { command: ['/bin/sh', '-c'], args: ['echo $(DB_HOST)'], logs: { previous: dial } },
      found: false,
    },
    { name: 'one that harms nobody', container: { ready: true, env: { URL: '$(DB_HOST)' }, logs: { current: dial } }, found: false },
  ])('$name', ({ container: more, events = [], found }) => {
    const seen = snapshot({ pods: [pod({}, container(more))], events });
    expect([...environmentReference.find(seen)].map(({ reason }) => reason)).toEqual(found ? ['EnvironmentReferenceInvalid'] : []);
  });
});
