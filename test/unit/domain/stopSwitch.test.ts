import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/crds/configMaps.ts';
import { readStopSwitch, stopText } from '../../../src/domain/stopSwitch.ts';

const WRITTEN = '2026-01-01T00:00:00Z';

function switchWith(data: Readonly<Record<string, string>> | undefined, writtenAgain?: string): ConfigMap {
  const managedFields = writtenAgain === undefined ? [] : [{ time: WRITTEN }, { time: writtenAgain }];
  const metadata = { name: 'agent-sre-stop', uid: 'u', resourceVersion: '1', creationTimestamp: WRITTEN, managedFields };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...(data === undefined ? {} : { data }) };
}

describe('the stop switch', () => {
  test('lets effects begin where there is none', () => {
    expect(readStopSwitch(undefined)).toEqual({ kind: 'running' });
  });

  test('lets effects begin where it says so', () => {
    expect(readStopSwitch(switchWith({ stopped: 'false', by: 'alice' }))).toEqual({
      kind: 'running',
      started: { by: 'alice', since: WRITTEN },
    });
  });

  test('stops with who, since when, and why', () => {
    const state = readStopSwitch(switchWith({ stopped: 'true', by: 'alice', since: '2026-02-02T01:02:03Z', reason: 'the database moves' }));
    expect(state).toEqual({ kind: 'stopped', by: 'alice', since: '2026-02-02T01:02:03.000Z', reason: 'the database moves' });
    expect(state.kind === 'stopped' && stopText(state)).toBe('stopped by alice since 2026-02-02T01:02:03.000Z: the database moves');
  });

  test.each<{ name: string; data: Readonly<Record<string, string>> | undefined; says: string }>([
    { name: 'nothing at all', data: undefined, says: 'the ConfigMap has no key "stopped", and so counts as stopped' },
    { name: 'other keys', data: { stop: 'false' }, says: 'the ConfigMap has no key "stopped", and so counts as stopped' },
    { name: 'a number', data: { stopped: '0' }, says: 'the value "0" is neither "true" nor "false", and so counts as stopped' },
    { name: 'another case', data: { stopped: 'False' }, says: 'the value "False" is neither "true" nor "false", and so counts as stopped' },
    { name: 'a space', data: { stopped: 'false ' }, says: 'the value "false " is neither "true" nor "false", and so counts as stopped' },
    { name: 'nothing', data: { stopped: '' }, says: 'the value "" is neither "true" nor "false", and so counts as stopped' },
  ])('counts as set where it holds $name', ({ data, says }) => {
    expect(readStopSwitch(switchWith(data))).toEqual({ kind: 'stopped', by: 'somebody', since: WRITTEN, reason: says });
  });

  test.each([undefined, 'yesterday', '1'])('takes the time of the last write for one that is given as %j', (since) => {
    const data = { stopped: 'true', ...(since === undefined ? {} : { since }) };
    expect(readStopSwitch(switchWith(data, '2026-01-03T00:00:00Z'))).toMatchObject({ since: '2026-01-03T00:00:00Z' });
  });

  test('bounds what it hands on', () => {
    const state = readStopSwitch(switchWith({ stopped: 'true', by: 'a'.repeat(1000), reason: 'r'.repeat(5000) }));
    expect(state).toMatchObject({ by: 'a'.repeat(200), reason: 'r'.repeat(200) });
  });
});
