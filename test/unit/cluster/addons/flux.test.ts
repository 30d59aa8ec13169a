import { describe, expect, test } from 'vitest';
import { withNewerVersions } from '../../../cluster/addons/flux.ts';

describe('withNewerVersions', () => {
  const older = definition('buckets', [version('v1beta2', true)]);

  test('adds a version that only the newer release has, served and not stored', () => {
    const both = withNewerVersions(older, [definition('buckets', [version('v1', true), version('v1beta2', false)])]);
    expect(both.spec.versions).toEqual([version('v1beta2', true), version('v1', false)]);
  });

  test('leaves a definition alone that the newer release does not have', () => {
    expect(withNewerVersions(older, [definition('others', [version('v1', true)])])).toEqual(older);
  });
});

function definition(plural: string, versions: ReturnType<typeof version>[]) {
  return { metadata: { name: `${plural}.example.test` }, spec: { group: 'example.test', names: { plural }, versions } };
}

function version(name: string, storage: boolean) {
  return { name, served: true, storage };
}
