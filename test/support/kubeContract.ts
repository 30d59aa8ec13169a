/** What a client of an API server does, whichever: run against the real one, and against the one in memory. */
import { beforeEach, describe, expect, test } from 'vitest';
import { isAlreadyExists, isConflict, isNotFound } from '../../src/kube/errors.ts';
import { type ConfigMap, configMap, configMaps } from './configMaps.ts';
import type { MemoryVerbs } from './memoryKube.ts';

export interface ContractSubject {
  readonly client: MemoryVerbs;
  /** Exists, and is empty. */
  readonly namespace: string;
}

export function describeKubeContract(name: string, make: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the contract of an API server:`, () => {
    let client: MemoryVerbs;
    let namespace: string;
    beforeEach(async () => {
      ({ client, namespace } = await make());
    });
    const create = (object: string): Promise<ConfigMap> => client.create(configMaps, configMap(namespace, object));

    test('what was created is read and listed, with the metadata that the server sets', async () => {
      const made = await create('a');
      expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } });
      expect(made.metadata.uid).not.toBe('');
      expect(await client.get(configMaps, { namespace, name: 'a' })).toEqual(made);
      const list = await client.list(configMaps, { namespace });
      expect(list.items.map(({ metadata }) => metadata.uid)).toEqual([made.metadata.uid]);
      expect(list.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    });

    test('what does not exist reads as undefined, and deletes as false', async () => {
      expect(await client.get(configMaps, { namespace, name: 'none' })).toBeUndefined();
      expect(await client.delete(configMaps, { namespace, name: 'none' })).toBe(false);
    });

    test('a name can be taken once', async () => {
      await create('a');
      await expect(create('a')).rejects.toSatisfy(isAlreadyExists);
    });

    test('a replace works from the present version only', async () => {
      const first = await create('a');
      const second = await client.replace(configMaps, { ...first, data: { v: '2' } });
      expect(second.data).toEqual({ v: '2' });
      await expect(client.replace(configMaps, { ...first, data: { v: '3' } })).rejects.toSatisfy(isConflict);
      await client.delete(configMaps, { namespace, name: 'a' });
      await expect(client.replace(configMaps, second)).rejects.toSatisfy((error) => isNotFound(error) || isConflict(error));
    });

    test('a deletion heeds its preconditions', async () => {
      const made = await create('a');
      const key = { namespace, name: 'a' };
      await expect(client.delete(configMaps, key, { uid: 'b5c9d8c2-0000-4000-8000-000000000000' })).rejects.toSatisfy(isConflict);
      await expect(client.delete(configMaps, key, { resourceVersion: '1' })).rejects.toSatisfy(isConflict);
      expect(await client.delete(configMaps, key, { uid: made.metadata.uid })).toBe(true);
      expect(await client.get(configMaps, key)).toBeUndefined();
    });

    test('an object with a finalizer stays, marked, until the finalizer is gone', async () => {
      const held = { ...configMap(namespace, 'a'), metadata: { namespace, name: 'a', finalizers: ['test.example/hold'] } };
      await client.create(configMaps, held);
      const key = { namespace, name: 'a' };
      expect(await client.delete(configMaps, key)).toBe(true);
      const marked = await client.get(configMaps, key);
      expect(marked?.metadata.deletionTimestamp).toBeDefined();
      if (marked !== undefined) await client.replace(configMaps, { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
      expect(await client.get(configMaps, key)).toBeUndefined();
    });

    test('a watch gives what happens after its version, in order, until it is aborted', async () => {
      const { resourceVersion } = await client.list(configMaps, { namespace });
      const made = await create('a');
      await client.replace(configMaps, { ...made, data: { v: '2' } });
      const stop = new AbortController();
      const seen: string[] = [];
      const watching = (async () => {
        for await (const event of client.watch(configMaps, { namespace, resourceVersion, signal: stop.signal })) {
          if (event.type === 'BOOKMARK') continue;
          seen.push(`${event.type} ${event.object.metadata.name} ${event.object.data?.['v'] ?? ''}`.trim());
          if (event.type === 'MODIFIED') await client.delete(configMaps, { namespace, name: 'a' });
          if (event.type === 'DELETED') stop.abort(new Error('seen enough'));
        }
      })();
      await expect(watching).rejects.toThrow('seen enough');
      expect(seen).toEqual(['ADDED a', 'MODIFIED a 2', 'DELETED a 2']);
    });
  });
}
